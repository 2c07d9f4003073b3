"""MongoDB: guarded atomic updates that return domain models, never raw documents."""
