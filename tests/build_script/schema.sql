CREATE TYPE priority AS ENUM ('low', 'high');

CREATE TABLE lists (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL UNIQUE
);

CREATE TABLE items (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id bigint NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    text text NOT NULL,
    priority priority NOT NULL DEFAULT 'low',
    done_at timestamptz
);

CREATE INDEX items_list_id_idx ON items (list_id);
