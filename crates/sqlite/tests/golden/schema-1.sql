-- A store of schema version 1, as the first release writes it. Never edited.
PRAGMA application_id = 1815241587;
PRAGMA user_version = 1;
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE category (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
INSERT INTO "category" VALUES(1,'order');
INSERT INTO "category" VALUES(2,'invoice');
CREATE TABLE event (
        position INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL REFERENCES stream (id),
        version INTEGER NOT NULL,
        kind INTEGER NOT NULL REFERENCES kind (id),
        effective INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        metadata TEXT,
        payload TEXT NOT NULL,
        UNIQUE (stream, version)
    ) STRICT;
INSERT INTO "event" VALUES(1,1,1,1,20487,1770091506789012,'{"correlation":"run-1","actor":"usr_1"}','{"placed":{"total":"550.00"}}');
INSERT INTO "event" VALUES(2,1,2,2,-1,1770091506789012,'{"correlation":"run-1","actor":"usr_1"}','"confirmed"');
INSERT INTO "event" VALUES(3,2,1,3,20487,1770091506789012,NULL,'{"issued":{"number":2}}');
CREATE TABLE idempotency (
        key TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        result TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "idempotency" VALUES('request-1','f','[]');
CREATE TABLE kind (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        schema_version INTEGER NOT NULL,
        UNIQUE (name, schema_version)
    ) STRICT;
INSERT INTO "kind" VALUES(1,'placed',1);
INSERT INTO "kind" VALUES(2,'confirmed',2);
INSERT INTO "kind" VALUES(3,'issued',1);
CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        topic TEXT NOT NULL,
        payload TEXT NOT NULL,
        recorded_at INTEGER NOT NULL
    ) STRICT;
INSERT INTO "outbox" VALUES(2,'send_invoice','{"invoice":"inv_2"}',1770091506789012);
CREATE TABLE sequence (
        name TEXT PRIMARY KEY,
        last INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "sequence" VALUES('INV-2026',2);
CREATE TABLE stream (
        id INTEGER PRIMARY KEY,
        category INTEGER NOT NULL REFERENCES category (id),
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        UNIQUE (category, key)
    ) STRICT;
INSERT INTO "stream" VALUES(1,1,'ord_67HY0MW7',2);
INSERT INTO "stream" VALUES(2,2,'inv_1',1);
CREATE VIEW events AS
        SELECT e.position, c.name AS category, s.key, e.version, k.name, k.schema_version,
               date(e.effective * 86400, 'unixepoch') AS effective,
               strftime('%Y-%m-%dT%H:%M:%fZ', e.recorded_at / 1e6, 'unixepoch') AS recorded_at,
               e.metadata, e.payload
        FROM event e
        JOIN stream s ON s.id = e.stream
        JOIN category c ON c.id = s.category
        JOIN kind k ON k.id = e.kind;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',2);
COMMIT;
