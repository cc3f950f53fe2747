//! Order and line machines, holds, fulfilment.
