package io.sonia.memory;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.memory.Vectors.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the vectors of memories that wait for one, beside everything else. What waits is in the store, so nothing is lost
 * with the process; a provider that is away is asked again later and later. For one thread, but for what others may ask.
 */
final class Embedding {

    private static final Duration TIME = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMillis(250);
    private static final Duration CHECK = Duration.ofMinutes(1);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final int SHORTEST_TEXT = 200;

    /** Tells whether the model works, and with how many dimensions. */
    private static final String SAMPLE = "a text";

    private final Foundation base;
    private final Embedder embedder;
    private final BackgroundWork background;
    private volatile SignCodes codes = new SignCodes();
    private volatile boolean loaded;
    private volatile boolean stale;
    private @Nullable Deadline nextCheck;
    private volatile boolean doubted;
    private volatile boolean closing;

    Embedding(Foundation base, Embedder embedder, BackgroundWork background) {
        this.base = base;
        this.embedder = embedder;
        this.background = background;
    }

    /** Begins, unless it was told to end. */
    void start() {
        Thread _ = Threads.virtual("embedding", () -> {
            try {
                Duration wait = FIRST_WAIT;
                while (!closing) {
                    Progress progress = stepped();
                    wait = progress == Progress.FAILED ? doubled(wait) : FIRST_WAIT;
                    if (progress != Progress.MADE) {
                        base.clock().sleep(progress == Progress.FAILED ? wait : IDLE);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static Duration doubled(Duration wait) {
        Duration twice = wait.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) < 0 ? twice : LONGEST_WAIT;
    }

    void close() {
        closing = true;
    }

    /** The name of the model. */
    String model() {
        return embedder.model();
    }

    /** The vector of a question, in short time or not at all. */
    Embedder.Meaning meaning(String question, Context context) {
        return embedder.meaning(question, context);
    }

    /** The codes of all vectors that were made so far. */
    SignCodes codes() {
        return codes;
    }

    /** To be called after vectors were destroyed, so that nothing of them stays in memory either. */
    void reload() {
        stale = true;
    }

    /** True once all vectors of the store can be found. */
    boolean loaded() {
        return loaded;
    }

    /** To be called where a vector of the model did not fit those that are kept. */
    void doubt() {
        doubted = true;
    }

    /** How a step went. */
    enum Progress {
        MADE,
        /** Nothing waits, or what waits is put off. */
        IDLE,
        FAILED
    }

    private Progress stepped() {
        try {
            return step();
        } catch (SoniaException e) {
            return Progress.FAILED;
        }
    }

    /**
     * Makes the next vectors.
     *
     * @throws SoniaException if the model or the store failed
     */
    Progress step() {
        if (!loaded || stale || codes.wasteful()) {
            load();
        }
        if (doubted) {
            settleDoubt();
        }
        List<Waiting> batch = base.journal().read(sql -> Vectors.next(sql, Embedder.MAX_TEXTS));
        if (batch.isEmpty()) {
            stale |= outnumbered();
            return Progress.IDLE;
        }
        if (background.waits()) {
            return Progress.IDLE;
        }
        make(batch);
        return Progress.MADE;
    }

    /** True, now and then, if there are more codes than vectors: those of memories that were deleted. */
    private boolean outnumbered() {
        Deadline due = nextCheck;
        if (due != null && !due.passed()) {
            return false;
        }
        nextCheck = Deadline.in(CHECK, base.clock());
        return codes.size() > base.journal().read(sql -> Vectors.count(sql, embedder.model()));
    }

    /** Reads the codes of all vectors; those of another model are made anew. */
    private void load() {
        stale = false;
        SignCodes read = new SignCodes();
        base.journal().commit(tx -> {
            Vectors.adopt(tx.sql(), embedder.model());
            return true;
        });
        base.journal()
                .read(sql -> sql.list(
                        "SELECT item_id, dimensions, code, user_id, type FROM vectors INDEXED BY vectors_codes"
                                + " JOIN ledger ON seq = item_id WHERE model = ? ORDER BY item_id",
                        row -> {
                            read.put(
                                    row.number("item_id"),
                                    Vectors.Owner.read(row),
                                    row.integer("dimensions"),
                                    SignCodes.read(row.bytes("code")));
                            return true;
                        },
                        embedder.model()));
        codes = read;
        loaded = true;
    }

    /** Asks the model once more; if its vectors have become others, all are made anew. */
    private void settleDoubt() {
        int now = embed(List.of(SAMPLE)).getFirst().length;
        if (codes.size() > 0 && now != codes.dimensions()) {
            startOver();
        }
        doubted = false;
    }

    private void startOver() {
        base.journal().commit(tx -> {
            Vectors.startOver(tx.sql());
            return true;
        });
        codes = new SignCodes();
    }

    /** Makes vectors of all; where the model refuses the texts as such, of each half by itself. */
    private void make(List<Waiting> batch) {
        List<float[]> vectors;
        try {
            vectors = embed(batch.stream().map(Waiting::text).toList());
        } catch (SoniaException e) {
            if (!textsMayBeWrong(e)) {
                throw e;
            }
            if (batch.size() == 1) {
                single(batch.getFirst(), e);
            } else {
                make(batch.subList(0, batch.size() / 2));
                make(batch.subList(batch.size() / 2, batch.size()));
            }
            return;
        }
        if (codes.size() > 0 && vectors.getFirst().length != codes.dimensions()) {
            startOver();
        }
        keep(batch, vectors);
    }

    private static boolean textsMayBeWrong(SoniaException e) {
        boolean wrongAnswer = e.code() == ErrorCode.MODEL_FAILED
                && String.valueOf(e.details().get("attempts")).contains(ErrorCode.DEPENDENCY_FAILED.name());
        return e.code() == ErrorCode.CONTEXT_TOO_LONG || wrongAnswer;
    }

    /** Tries less and less of a text; if the model takes nothing of it but takes another text, the memory has failed. */
    private void single(Waiting memory, SoniaException refused) {
        String text = memory.text();
        while (refused.code() == ErrorCode.CONTEXT_TOO_LONG && text.length() > SHORTEST_TEXT) {
            text = Vectors.cut(text, text.length() / 2);
            try {
                keep(List.of(memory), embed(List.of(text)));
                return;
            } catch (SoniaException e) {
                refused = e;
            }
        }
        embed(List.of(SAMPLE));
        base.journal().commit(tx -> {
            Vectors.failed(tx.sql(), memory);
            return true;
        });
    }

    private List<float[]> embed(List<String> texts) {
        Context context =
                Context.own(ServiceName.MEMORY_ENGINE, base.ids().next("req_"), null, TIME, base.ids(), base.clock());
        return embedder.embed(texts, context);
    }

    private void keep(List<Waiting> batch, List<float[]> vectors) {
        List<@Nullable Waiting> kept = base.journal().commit(tx -> {
            List<@Nullable Waiting> same = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                boolean put = Vectors.put(tx.sql(), batch.get(i), embedder.model(), vectors.get(i));
                same.add(put ? batch.get(i) : null);
            }
            return same;
        });
        for (int i = 0; i < batch.size(); i++) {
            Waiting memory = kept.get(i);
            if (memory != null) {
                float[] vector = vectors.get(i);
                codes.put(memory.seq(), memory.owner(), vector.length, SignCodes.code(vector));
            }
        }
    }
}
