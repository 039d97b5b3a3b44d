package io.sonia.journal;

class PostgresIdempotencyIT extends SharedIdempotencyContract {}
