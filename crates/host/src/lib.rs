//! Parties and ids, the Decider shape, the ports a host implements and their contract suite.
