CREATE TYPE priority AS ENUM ('low', 'high');

CREATE TABLE boards (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL UNIQUE
);

CREATE TABLE items (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    board_id bigint NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    text text NOT NULL,
    priority priority NOT NULL DEFAULT 'low',
    done_at timestamptz
);

CREATE INDEX items_board_id_idx ON items (board_id);
