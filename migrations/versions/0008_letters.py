"""Letters: when the card must be posted, what came back on it, when a batch goes out.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('letter_batches', schema=None) as batch_op:
        batch_op.add_column(sa.Column('post_on', sa.Date(), nullable=False, server_default='2026-01-01'))
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.add_column(sa.Column('card_by_on', sa.Date(), nullable=False, server_default='2026-01-01'))
        batch_op.add_column(sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answer', sa.Integer(), nullable=True))
        batch_op.create_check_constraint('answer_is_on_the_card', 'answer BETWEEN 0 AND 3')
        batch_op.create_check_constraint('answer_has_a_moment', '(answer IS NULL) = (answered_at IS NULL)')
    op.execute("UPDATE letters SET card_by_on = deadline_on")
    with op.batch_alter_table('letter_batches', schema=None) as batch_op:
        batch_op.alter_column('post_on', server_default=None, existing_type=sa.Date(), existing_nullable=False)
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.alter_column('card_by_on', server_default=None, existing_type=sa.Date(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.drop_constraint('answer_has_a_moment', type_='check')
        batch_op.drop_constraint('answer_is_on_the_card', type_='check')
        batch_op.drop_column('answer')
        batch_op.drop_column('answered_at')
        batch_op.drop_column('card_by_on')
    with op.batch_alter_table('letter_batches', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_at')
        batch_op.drop_column('post_on')
