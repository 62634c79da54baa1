//! A replica: started in the order that lets nothing be promised before it can be kept, and
//! stopped in the reverse one.

pub mod edge;
