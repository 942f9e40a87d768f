"""What was told by the clock, once each, and the promises that we could not keep.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tellings',
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('reminder', 'estimate', name='tellingkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('window_start', sa.Time(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_tellings_appointment_id_appointments')),
    sa.PrimaryKeyConstraint('appointment_id', 'kind', 'date', 'window_start', name=op.f('pk_tellings'))
    )
    op.create_table('apologies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Enum('staff', 'region', 'overrun', 'mistake', name='brokenbecause', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_apologies_appointment_id_appointments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_apologies')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_apologies_appointment_id'))
    )
    with op.batch_alter_table('invitations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_invitations_state_invited_at', ['state', 'invited_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('invitations', schema=None) as batch_op:
        batch_op.drop_index('ix_invitations_state_invited_at')
        batch_op.drop_column('reminded_at')
    op.drop_table('apologies')
    op.drop_table('tellings')
