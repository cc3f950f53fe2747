//! Lead scoring, qualification, routing, opportunities, pipeline, forecast.
