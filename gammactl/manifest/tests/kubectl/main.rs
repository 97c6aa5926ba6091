//! What kubectl makes of YAML and JSON, and that it is made here, too: a recorded table, the table against
//! kubectl itself, and random documents against kubectl.

mod kubectl;
mod random;
mod read;
mod table;
