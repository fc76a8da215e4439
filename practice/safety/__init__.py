"""Safety at the table: what is asked, what it raises, who may clear it, and the gate that every booking passes."""
