//! One report model, its writers, and all drawing.
