"""What happened at the door, and what customers thought of it.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change('appointments', 'status', 'appointmentstatus', ('confirmed', 'cancelled', 'done', 'not_at_home', 'unfinished'))
    _change('visits', 'state', 'visitstate', ('open', 'done', 'dropped', 'unfinished'))
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason', sa.Enum('cycle', 'unfinished', name='visitreason', native_enum=False, create_constraint=True, length=20), nullable=False, server_default='cycle'))
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.alter_column('reason', server_default=None, existing_type=sa.String(length=20), existing_nullable=False)
    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.add_column(sa.Column('begun', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.alter_column('begun', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    _taps()
    _reports()
    _late_warnings()
    _opinions()


def _change(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    words = ', '.join(f"'{value}'" for value in values)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(check, type_='check')
        batch_op.create_check_constraint(check, f'{column} IN ({words})')


def _taps() -> None:
    op.create_table('taps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('technician_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Enum('on_my_way', 'started', 'done', 'not_at_home', 'unfinished', name='step', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('tapped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('why', sa.Enum('part', 'time', 'reach', 'safety', name='unfinished', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_taps_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['message_id'], ['outbox.id'], name=op.f('fk_taps_message_id_outbox'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['technician_id'], ['technicians.id'], name=op.f('fk_taps_technician_id_technicians')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taps')),
    sa.UniqueConstraint('key', name=op.f('uq_taps_key'))
    )
    with op.batch_alter_table('taps', schema=None) as batch_op:
        batch_op.create_index('ix_taps_technician_id_tapped_at', ['technician_id', 'tapped_at'], unique=False)
        batch_op.create_index('uq_taps_standing_step', ['appointment_id', 'step'], unique=True, sqlite_where=sa.text('undone_at IS NULL'), postgresql_where=sa.text('undone_at IS NULL'))


def _reports() -> None:
    op.create_table('reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('technician_id', sa.Integer(), nullable=False),
    sa.Column('certificate_on', sa.Date(), nullable=False),
    sa.Column('work', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('next_due_on', sa.Date(), nullable=False),
    sa.Column('next_visit_id', sa.Integer(), nullable=True),
    sa.Column('served_before_on', sa.Date(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_reports_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['next_visit_id'], ['visits.id'], name=op.f('fk_reports_next_visit_id_visits')),
    sa.ForeignKeyConstraint(['technician_id'], ['technicians.id'], name=op.f('fk_reports_technician_id_technicians')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reports')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_reports_appointment_id'))
    )


def _late_warnings() -> None:
    op.create_table('late_warnings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('expected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number BETWEEN 1 AND 2', name=op.f('ck_late_warnings_few_warnings')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_late_warnings_appointment_id_appointments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_late_warnings')),
    sa.UniqueConstraint('appointment_id', 'number', name=op.f('uq_late_warnings_appointment_id_number'))
    )


def _opinions() -> None:
    op.create_table('opinions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('asked', 'open', 'closed', name='opinionstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('went', sa.Enum('as_expected', 'partly', 'not', name='went', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_opinions_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_opinions_customer_id_customers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinions')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_opinions_appointment_id'))
    )
    with op.batch_alter_table('opinions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opinions_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_opinions_state', ['state'], unique=False)

    op.create_table('no_questions',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_no_questions_customer_id_customers')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_no_questions'))
    )


def downgrade() -> None:
    for table in ('no_questions', 'opinions', 'late_warnings', 'reports', 'taps'):
        op.drop_table(table)
    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.drop_column('begun')
    op.execute("UPDATE appointments SET status = 'cancelled' WHERE status IN ('not_at_home', 'unfinished')")
    op.execute("UPDATE visits SET state = 'done' WHERE state = 'unfinished'")
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.drop_constraint('visitreason', type_='check')
        batch_op.drop_column('reason')
    _change('visits', 'state', 'visitstate', ('open', 'done', 'dropped'))
    _change('appointments', 'status', 'appointmentstatus', ('confirmed', 'cancelled', 'done'))
