"""What every door needs: the programme in force and the installation's keys."""

import os
from typing import Annotated

from fastapi import Depends, Request

from chassis.document import Document
from chassis.http import TxDep
from chassis.http.edge import edge_of
from member_svc.domain.programme import MemberProgramme, Terms
from member_svc.store.vault import Vault

programme = Document("programme", MemberProgramme)


async def terms_of(tx: TxDep) -> Terms:
    """The programme in force, as this request's transaction sees it."""
    version, settings = await programme.current(tx)
    return Terms(version=str(version), programme=settings)


async def vault_of(request: Request) -> Vault:
    """The keys that seal personal fields and blind identifiers."""
    secrets = edge_of(request).secrets
    return Vault(secrets.key("kek"), secrets.key("blind_index"), os.urandom)


TermsDep = Annotated[Terms, Depends(terms_of)]
VaultDep = Annotated[Vault, Depends(vault_of)]
