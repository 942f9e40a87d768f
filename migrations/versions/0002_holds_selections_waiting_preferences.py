"""Holds of several kinds, selections, the waiting list, preferences, mailed codes.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mailed_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_mailed_codes_customer_id_customers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailed_codes'))
    )
    with op.batch_alter_table('mailed_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mailed_codes_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mailed_codes_expires_at'), ['expires_at'], unique=False)

    op.create_table('preferences',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Enum('any', 'morning', 'afternoon', name='daypart', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('weekdays', sa.Integer(), nullable=False),
    sa.Column('message_hour', sa.Time(), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('weekdays BETWEEN 0 AND 127', name=op.f('ck_preferences_weekdays_are_bits')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_preferences_customer_id_customers')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_preferences'))
    )
    op.create_table('selections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'chosen', 'withdrawn', 'broken', name='selectionstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('decide_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_selections_visit_id_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_selections'))
    )
    with op.batch_alter_table('selections', schema=None) as batch_op:
        batch_op.create_index('ix_selections_state_decide_at', ['state', 'decide_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_selections_visit_id'), ['visit_id'], unique=False)
        batch_op.create_index('uq_selections_open_visit', ['visit_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('waiting_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'offered', 'served', 'withdrawn', 'over', name='waitingstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('part', sa.Enum('any', 'morning', 'afternoon', name='daypart', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('weekdays', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_waiting_requests_begins_before_it_ends')),
    sa.CheckConstraint('weekdays BETWEEN 1 AND 127', name=op.f('ck_waiting_requests_weekdays_are_bits')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_waiting_requests_visit_id_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_requests'))
    )
    with op.batch_alter_table('waiting_requests', schema=None) as batch_op:
        batch_op.create_index('ix_waiting_requests_state', ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_waiting_requests_visit_id'), ['visit_id'], unique=False)
        batch_op.create_index('uq_waiting_requests_waiting_visit', ['visit_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'offered')"), postgresql_where=sa.text("state IN ('waiting', 'offered')"))

    op.create_table('selected_openings',
    sa.Column('selection_id', sa.Integer(), nullable=False),
    sa.Column('opening_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['opening_id'], ['openings.id'], name=op.f('fk_selected_openings_opening_id_openings')),
    sa.ForeignKeyConstraint(['selection_id'], ['selections.id'], name=op.f('fk_selected_openings_selection_id_selections')),
    sa.PrimaryKeyConstraint('selection_id', 'opening_id', name=op.f('pk_selected_openings'))
    )
    with op.batch_alter_table('selected_openings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_selected_openings_opening_id'), ['opening_id'], unique=False)

    op.create_table('waiting_offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('opening_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'taken', 'declined', 'lapsed', name='waitingofferstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['opening_id'], ['openings.id'], name=op.f('fk_waiting_offers_opening_id_openings')),
    sa.ForeignKeyConstraint(['request_id'], ['waiting_requests.id'], name=op.f('fk_waiting_offers_request_id_waiting_requests')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_offers'))
    )
    with op.batch_alter_table('waiting_offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_offers_opening_id'), ['opening_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_waiting_offers_request_id'), ['request_id'], unique=False)
        batch_op.create_index('uq_waiting_offers_open_request', ['request_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hold_kind', sa.Enum('choice', 'selection', 'waiting_list', 'letter', name='holdkind', native_enum=False, create_constraint=True, length=20), nullable=True))

    op.execute("UPDATE stops SET hold_kind = 'choice' WHERE held_until IS NOT NULL")
    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_stops_hold_has_kind_and_end'), '(held_until IS NULL) = (hold_kind IS NULL)')
        batch_op.drop_index('uq_stops_held_visit', sqlite_where=sa.text('held_until IS NOT NULL'), postgresql_where=sa.text('held_until IS NOT NULL'))
        batch_op.create_index('uq_stops_held_window', ['visit_id', 'day_plan_id', 'window_start'], unique=True, sqlite_where=sa.text('held_until IS NOT NULL'), postgresql_where=sa.text('held_until IS NOT NULL'))
        batch_op.create_index('uq_stops_hold_of_visit', ['visit_id', 'hold_kind'], unique=True, sqlite_where=sa.text("held_until IS NOT NULL AND hold_kind <> 'letter'"), postgresql_where=sa.text("held_until IS NOT NULL AND hold_kind <> 'letter'"))



def downgrade() -> None:
    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.drop_index('uq_stops_hold_of_visit', sqlite_where=sa.text("held_until IS NOT NULL AND hold_kind <> 'letter'"), postgresql_where=sa.text("held_until IS NOT NULL AND hold_kind <> 'letter'"))
        batch_op.drop_index('uq_stops_held_window', sqlite_where=sa.text('held_until IS NOT NULL'), postgresql_where=sa.text('held_until IS NOT NULL'))
        batch_op.create_index('uq_stops_held_visit', ['visit_id'], unique=True, sqlite_where=sa.text('held_until IS NOT NULL'), postgresql_where=sa.text('held_until IS NOT NULL'))
        batch_op.drop_constraint(op.f('ck_stops_hold_has_kind_and_end'), type_='check')

    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.drop_constraint('holdkind', type_='check')
        batch_op.drop_column('hold_kind')

    with op.batch_alter_table('waiting_offers', schema=None) as batch_op:
        batch_op.drop_index('uq_waiting_offers_open_request', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_waiting_offers_request_id'))
        batch_op.drop_index(batch_op.f('ix_waiting_offers_opening_id'))

    op.drop_table('waiting_offers')
    with op.batch_alter_table('selected_openings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_selected_openings_opening_id'))

    op.drop_table('selected_openings')
    with op.batch_alter_table('waiting_requests', schema=None) as batch_op:
        batch_op.drop_index('uq_waiting_requests_waiting_visit', sqlite_where=sa.text("state IN ('waiting', 'offered')"), postgresql_where=sa.text("state IN ('waiting', 'offered')"))
        batch_op.drop_index(batch_op.f('ix_waiting_requests_visit_id'))
        batch_op.drop_index('ix_waiting_requests_state')

    op.drop_table('waiting_requests')
    with op.batch_alter_table('selections', schema=None) as batch_op:
        batch_op.drop_index('uq_selections_open_visit', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_selections_visit_id'))
        batch_op.drop_index('ix_selections_state_decide_at')

    op.drop_table('selections')
    op.drop_table('preferences')
    with op.batch_alter_table('mailed_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mailed_codes_expires_at'))
        batch_op.drop_index(batch_op.f('ix_mailed_codes_customer_id'))

    op.drop_table('mailed_codes')
