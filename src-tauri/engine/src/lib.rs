//! What joins the rooms: the one composition root for window and terminal.
