"""What comes in, addresses for answers, feeds, letters, and further stages of what goes out.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('letter_batches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('posted_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_letter_batches_branch_id_branches')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_batches'))
    )
    with op.batch_alter_table('letter_batches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_batches_branch_id'), ['branch_id'], unique=False)

    op.create_table('reply_addresses',
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_reply_addresses_customer_id_customers')),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_reply_addresses')),
    sa.UniqueConstraint('customer_id', 'email', name=op.f('uq_reply_addresses_customer_id_email'))
    )
    op.create_table('feed_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('customer', 'technician', 'planner', name='feedkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('technician_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'customer' AND customer_id IS NOT NULL AND technician_id IS NULL AND staff_id IS NULL) OR (kind = 'technician' AND technician_id IS NOT NULL AND customer_id IS NULL AND staff_id IS NULL) OR (kind = 'planner' AND staff_id IS NOT NULL AND customer_id IS NULL AND technician_id IS NULL)", name=op.f('ck_feed_tokens_owner_fits_kind')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_feed_tokens_customer_id_customers')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff_members.id'], name=op.f('fk_feed_tokens_staff_id_staff_members')),
    sa.ForeignKeyConstraint(['technician_id'], ['technicians.id'], name=op.f('fk_feed_tokens_technician_id_technicians')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_feed_tokens_token_hash'))
    )
    with op.batch_alter_table('feed_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feed_tokens_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feed_tokens_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feed_tokens_technician_id'), ['technician_id'], unique=False)

    op.create_table('inbound_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('raw', sa.LargeBinary(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('new', 'done', 'for_person', 'answered', 'ignored', name='inboundstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('verdict', sa.String(length=300), nullable=False),
    sa.Column('sender', sa.String(length=254), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('excerpt', sa.String(length=2000), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('visit_id', sa.Integer(), nullable=True),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_inbound_messages_customer_id_customers')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_inbound_messages_visit_id_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_messages')),
    sa.UniqueConstraint('digest', name=op.f('uq_inbound_messages_digest'))
    )
    with op.batch_alter_table('inbound_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbound_messages_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_inbound_messages_state_received_at', ['state', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_inbound_messages_visit_id'), ['visit_id'], unique=False)

    op.create_table('letters',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_on', sa.Date(), nullable=False),
    sa.Column('windows', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batches.id'], name=op.f('fk_letters_batch_id_letter_batches')),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], name=op.f('fk_letters_invitation_id_invitations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters'))
    )
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letters_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letters_invitation_id'), ['invitation_id'], unique=False)

    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answer', sa.Enum('none', 'accepted', 'tentative', 'declined', name='calendaranswer', native_enum=False, create_constraint=True, length=20), nullable=False, server_default='none'))
        batch_op.add_column(sa.Column('answer_stamp', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('medium', sa.Enum('mail', 'sms', name='medium', native_enum=False, create_constraint=True, length=20), nullable=False, server_default='mail'))
        batch_op.add_column(sa.Column('bounce_token', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_outbox_bounce_token'), ['bounce_token'])
    _change_stages("'queued', 'handed_over', 'sent', 'failed', 'bounced'")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('medium', server_default=None, existing_type=sa.String(length=20), existing_nullable=False)
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.alter_column('answer', server_default=None, existing_type=sa.String(length=20), existing_nullable=False)



def _change_stages(stages: str) -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint('stage', type_='check')
        batch_op.create_check_constraint('stage', f'stage IN ({stages})')


def downgrade() -> None:
    op.execute("UPDATE outbox SET stage = 'queued' WHERE stage = 'handed_over'")
    op.execute("UPDATE outbox SET stage = 'failed' WHERE stage = 'bounced'")
    _change_stages("'queued', 'sent', 'failed'")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_outbox_bounce_token'), type_='unique')
        batch_op.drop_column('bounced_at')
        batch_op.drop_column('bounce_token')
        batch_op.drop_constraint('medium', type_='check')
        batch_op.drop_column('medium')

    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.drop_column('answer_stamp')
        batch_op.drop_constraint('calendaranswer', type_='check')
        batch_op.drop_column('answer')

    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letters_invitation_id'))
        batch_op.drop_index(batch_op.f('ix_letters_batch_id'))

    op.drop_table('letters')
    with op.batch_alter_table('inbound_messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbound_messages_visit_id'))
        batch_op.drop_index('ix_inbound_messages_state_received_at')
        batch_op.drop_index(batch_op.f('ix_inbound_messages_customer_id'))

    op.drop_table('inbound_messages')
    with op.batch_alter_table('feed_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feed_tokens_technician_id'))
        batch_op.drop_index(batch_op.f('ix_feed_tokens_staff_id'))
        batch_op.drop_index(batch_op.f('ix_feed_tokens_customer_id'))

    op.drop_table('feed_tokens')
    op.drop_table('reply_addresses')
    with op.batch_alter_table('letter_batches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_batches_branch_id'))

    op.drop_table('letter_batches')
