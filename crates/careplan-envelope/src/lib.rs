//! Certificates, signatures, sealing and opening.
