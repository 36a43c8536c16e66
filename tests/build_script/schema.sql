CREATE TYPE priority AS ENUM ('low', 'high');

CREATE TABLE baskets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL UNIQUE
);

CREATE TABLE items (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    basket_id bigint NOT NULL REFERENCES baskets (id) ON DELETE CASCADE,
    text text NOT NULL,
    priority priority NOT NULL DEFAULT 'low',
    done_at timestamptz
);

CREATE INDEX items_basket_id_idx ON items (basket_id);
