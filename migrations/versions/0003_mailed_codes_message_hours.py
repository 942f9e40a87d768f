"""Mailed codes belong to a browser and a place; message hours and told columns with the customer.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

UQ = 'uq_mailed_codes_place_asked_on_number'


def upgrade() -> None:
    op.execute('DELETE FROM mailed_codes')  # they live for ten minutes
    with op.batch_alter_table('mailed_codes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('browser_hash', sa.String(length=64), nullable=False))
        batch_op.add_column(sa.Column('new_email', sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column('place', sa.String(length=64), nullable=False))
        batch_op.add_column(sa.Column('asked_on', sa.Date(), nullable=False))
        batch_op.add_column(sa.Column('number', sa.Integer(), nullable=False))
        batch_op.create_unique_constraint(batch_op.f(UQ), ['place', 'asked_on', 'number'])
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_hour', sa.Time(), nullable=True))
        batch_op.add_column(sa.Column('told', sa.String(length=200), nullable=False, server_default=''))
    op.execute(
        'UPDATE customers SET message_hour = (SELECT message_hour FROM preferences'
        ' WHERE preferences.customer_id = customers.id)'
    )
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.alter_column('told', server_default=None, existing_type=sa.String(length=200), existing_nullable=False)
    with op.batch_alter_table('preferences', schema=None) as batch_op:
        batch_op.drop_column('message_hour')


def downgrade() -> None:
    with op.batch_alter_table('preferences', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_hour', sa.Time(), nullable=True))
    op.execute(
        'UPDATE preferences SET message_hour = (SELECT message_hour FROM customers'
        ' WHERE customers.id = preferences.customer_id)'
    )
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.drop_column('told')
        batch_op.drop_column('message_hour')
    op.execute('DELETE FROM mailed_codes')
    with op.batch_alter_table('mailed_codes', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(UQ), type_='unique')
        batch_op.drop_column('number')
        batch_op.drop_column('asked_on')
        batch_op.drop_column('place')
        batch_op.drop_column('new_email')
        batch_op.drop_column('browser_hash')
