"""Answers that come in: what is asked back about, which mail is urgent, one more method.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('answer_wishes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=120), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('declined', 'counter', name='wishkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('state', sa.Enum('open', 'granted', 'withdrawn', name='wishstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('stamp', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_answer_wishes_appointment_id_appointments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_wishes')),
    sa.UniqueConstraint('uid', 'sequence', 'kind', name=op.f('uq_answer_wishes_uid_sequence_kind'))
    )
    with op.batch_alter_table('answer_wishes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_wishes_appointment_id'), ['appointment_id'], unique=False)

    with op.batch_alter_table('inbound_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgent', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('inbound_messages', schema=None) as batch_op:
        batch_op.alter_column('urgent', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('method', type_=sa.String(length=20), existing_type=sa.String(length=12), existing_nullable=True)


def downgrade() -> None:
    op.execute("UPDATE outbox SET method = 'DECLINECOUNT' WHERE method = 'DECLINECOUNTER'")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('method', type_=sa.String(length=12), existing_type=sa.String(length=20), existing_nullable=True)
    with op.batch_alter_table('inbound_messages', schema=None) as batch_op:
        batch_op.drop_column('urgent')

    with op.batch_alter_table('answer_wishes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_wishes_appointment_id'))

    op.drop_table('answer_wishes')
