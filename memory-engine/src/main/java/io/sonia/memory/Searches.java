package io.sonia.memory;

import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchHit.Components;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Subtype;
import io.sonia.journal.Row;
import io.sonia.journal.RowReader;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import io.sonia.memory.Words.Word;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds memories by their words (BM25, k1 1.2, b 0.75) or by a literal piece of their text; newer ones come first among
 * equals.
 */
final class Searches {

    /**
     * Rows that the words of one query bring in together at first, rarest words first: ranking each row costs a
     * microsecond or more. Commoner words then only rank what the others brought in.
     */
    private static final int RETRIEVED = 300;

    /** Rows above which a word does not even rank at first: its weight is small, and counting it is not. */
    private static final int RANKED = 500;

    /** Rows read for each hit wanted if there are repetitions: a text that one user stored often is shown once. */
    private static final int ROWS_PER_HIT = 8;

    /** What is in force and holds at the time asked about; history only if it is asked for. */
    private static final String VISIBLE = """
            archived_at IS NULL AND redacted_at IS NULL
              AND (?2 IS NULL OR user_id = ?2 OR (type = 'document' AND user_id IS NULL))
              AND (?3 IS NULL OR session_id = ?3)
              AND (?4 IS NULL OR recorded_at <= ?4)
              AND (?5 IS NULL OR type IN (SELECT value FROM json_each(?5)))
              AND (?9 IS NULL OR subtype IN (SELECT value FROM json_each(?9)))
              AND (?7 OR ((superseded_at IS NULL OR superseded_at > ?4)
                AND (valid_from IS NULL OR valid_from <= ?8)
                AND (valid_until IS NULL OR valid_until > ?8)))
            """;

    /** Ranks in the index alone and reads the ledger, best first, only until enough is found. */
    private static final String BY_WORDS = """
            SELECT ledger.*, score FROM (
              SELECT rowid AS found, -rank AS score FROM memory_fts WHERE memory_fts MATCH ?1
              ORDER BY rank, rowid DESC LIMIT -1
            ) CROSS JOIN ledger ON ledger.seq = found
            WHERE %s
            LIMIT ?6
            """.formatted(VISIBLE);

    private static final String BY_TEXT = """
            SELECT *, 1.0 AS score FROM ledger
            WHERE instr(lower(content), lower(?1)) > 0 AND %s
            ORDER BY seq DESC LIMIT ?6
            """.formatted(VISIBLE);

    private static final String AMONG = """
            SELECT *, 0.0 AS score FROM ledger
            WHERE seq IN (SELECT value FROM json_each(?1)) AND %s
            LIMIT ?6
            """.formatted(VISIBLE);

    private static final String ALL = "SELECT seq FROM ledger WHERE ?1 = '' AND " + VISIBLE + " LIMIT ?6";

    /** Counts no further than what tells a common word. */
    private static final String OCCURRENCES =
            "SELECT count(*) FROM (SELECT 1 FROM memory_fts WHERE memory_fts MATCH ? LIMIT " + (RANKED + 1) + ")";

    /**
     * A search made ready.
     *
     * @param subtypes only typed memories of these; empty: all memories
     * @param at the time at which what is found must hold
     */
    record Search(SearchRequest request, List<Subtype> subtypes, Instant at) {

        /** What was known and held then, or now. */
        static Search of(SearchRequest request, List<Subtype> subtypes, Instant now) {
            return new Search(request, subtypes, request.asOf() == null ? now : request.asOf());
        }

        /** The same for another number of hits. */
        Search upTo(int limit) {
            SearchRequest asked = new SearchRequest(
                    request.query(),
                    limit,
                    null,
                    request.mode(),
                    request.userId(),
                    request.sessionId(),
                    request.types(),
                    0,
                    request.asOf(),
                    request.includeSuperseded());
            return new Search(asked, subtypes, at);
        }
    }

    /**
     * A memory that was found.
     *
     * @param twin the same for memories of one user with the same content
     */
    record Found(long seq, String twin, SearchHit hit) {}

    private record Term(String match, long rows) {}

    /**
     * The best memories by the words of the query, scored against the best one. If the rarer words do not fill the
     * answer, all of them are tried.
     */
    List<Found> byWords(Sql sql, Search search) throws SQLException {
        List<Term> terms = occurring(sql, Words.asked(search.request().query()));
        if (terms.isEmpty()) {
            return List.of();
        }
        int rarer = rarer(terms);
        List<Found> hits = find(sql, BY_WORDS, narrow(terms, rarer), search, SearchMode.KEYWORD);
        if (hits.size() < search.request().limit() && rarer < terms.size()) {
            hits = find(sql, BY_WORDS, either(terms.stream()), search, SearchMode.KEYWORD);
        }
        return scaled(hits);
    }

    /** The newest memories that hold the query as it is, A to Z in either case. */
    List<Found> byText(Sql sql, Search search) throws SQLException {
        return find(sql, BY_TEXT, search.request().query(), search, SearchMode.SUBSTRING);
    }

    /** Those of some memories that the search may show. */
    List<Found> among(Sql sql, Search search, List<Long> seqs) throws SQLException {
        List<Found> visible = new ArrayList<>();
        rows(sql, AMONG, Json.text(seqs), search, seqs.size(), row -> visible.add(found(row, SearchMode.VECTOR)));
        return visible;
    }

    /** The numbers of all memories that the search may show. */
    Set<Long> all(Sql sql, Search search) throws SQLException {
        Set<Long> seqs = new HashSet<>();
        rows(sql, ALL, "", search, Integer.MAX_VALUE, row -> seqs.add(row.number("seq")));
        return seqs;
    }

    private static int rows(Sql sql, String query, String wanted, Search search, int limit, RowReader<Boolean> reader)
            throws SQLException {
        SearchRequest request = search.request();
        return sql.list(
                        query,
                        reader,
                        wanted,
                        request.userId(),
                        request.sessionId(),
                        request.asOf(),
                        request.types().isEmpty() ? null : Json.text(request.types()),
                        limit,
                        request.includeSuperseded(),
                        search.at(),
                        search.subtypes().isEmpty() ? null : Json.text(search.subtypes()))
                .size();
    }

    private static List<Found> find(Sql sql, String query, String wanted, Search search, SearchMode mode)
            throws SQLException {
        int limit = search.request().limit();
        Page page = page(sql, query, wanted, search, mode, limit);
        boolean repetitions = page.rows() == limit && page.hits().size() < limit;
        return repetitions
                ? page(sql, query, wanted, search, mode, limit * ROWS_PER_HIT).hits()
                : page.hits();
    }

    private record Page(List<Found> hits, int rows) {}

    private static Page page(Sql sql, String query, String wanted, Search search, SearchMode mode, int limit)
            throws SQLException {
        int most = search.request().limit();
        List<Found> hits = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        int rows = rows(
                sql,
                query,
                wanted,
                search,
                limit,
                row -> hits.size() < most && shown.add(twin(row)) && hits.add(found(row, mode)));
        return new Page(hits, rows);
    }

    /** The words that occur, rarest first. */
    private static List<Term> occurring(Sql sql, List<Word> words) throws SQLException {
        List<Term> terms = new ArrayList<>();
        for (Word word : words) {
            String match = '"' + word.text() + (word.opening() ? "\" *" : "\"");
            long rows = sql.number(OCCURRENCES, match);
            if (rows > 0) {
                terms.add(new Term(match, rows));
            }
        }
        terms.sort(Comparator.comparingLong(Term::rows));
        return terms;
    }

    /** How many of the terms, rarest first and at least one, bring in no more than the rows to retrieve. */
    private static int rarer(List<Term> terms) {
        long rows = 0;
        int count = 0;
        for (Term term : terms) {
            rows += term.rows();
            if (count > 0 && rows > RETRIEVED) {
                break;
            }
            count++;
        }
        return count;
    }

    /** Rows with one of the rarer terms, ranked by all but the commonest. */
    private static String narrow(List<Term> terms, int rarer) {
        String retrieving = either(terms.stream().limit(rarer));
        List<Term> ranking =
                terms.stream().skip(rarer).filter(term -> term.rows() <= RANKED).toList();
        if (ranking.isEmpty()) {
            return retrieving;
        }
        // The rarer terms are in both halves, so the others are named twice to weigh the same.
        String others = either(Stream.concat(ranking.stream(), ranking.stream()));
        return "(" + retrieving + ") AND (" + retrieving + " OR " + others + ")";
    }

    private static String either(Stream<Term> terms) {
        return terms.map(Term::match).collect(Collectors.joining(" OR "));
    }

    /** Scores as parts of the best one's. */
    private static List<Found> scaled(List<Found> hits) {
        double best = hits.isEmpty() ? 1 : hits.getFirst().hit().score();
        return hits.stream()
                .map(each -> new Found(
                        each.seq(), each.twin(), keyword(each.hit(), each.hit().score() / best)))
                .toList();
    }

    private static SearchHit keyword(SearchHit hit, double score) {
        return new SearchHit(
                hit.id(),
                hit.type(),
                hit.content(),
                hit.metadata(),
                hit.createdAt(),
                score,
                hit.source(),
                new Components(score, null));
    }

    private static String twin(Row row) throws SQLException {
        return row.text("content_hash") + row.textOrNull("user_id");
    }

    private static Found found(Row row, SearchMode mode) throws SQLException {
        return new Found(row.number("seq"), twin(row), hit(row, mode));
    }

    private static SearchHit hit(Row row, SearchMode mode) throws SQLException {
        return new SearchHit(
                row.text("id"),
                row.text("type"),
                row.text("content"),
                row.json("metadata"),
                row.instant("created_at"),
                row.real("score"),
                mode,
                new Components(null, null));
    }
}
