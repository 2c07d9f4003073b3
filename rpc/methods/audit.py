"""audit.*: check that its rows explain every counter."""

from domain.audit import AuditReport, ScopeName
from domain.errors import Busy
from domain.keys import Role
from rpc.method_registry import CallContext, method


@method("audit.run", role=Role.ADMIN, errors=(Busy,), example={"scope": "bookshop"})
async def run(context: CallContext, scope: ScopeName | None = None) -> AuditReport:
    """Check each counter against the rows that explain it, and list every difference.

    A book's stock is what was received, less what was sold, plus what came back; the refundable
    copies of a sale are its copies less those refunded. All is read as of one moment.

    One audit runs at a time. Calls that come meanwhile wait and share the next one.
    """
    return await context.services.auditor.run(scope, deadline=context.deadline)
