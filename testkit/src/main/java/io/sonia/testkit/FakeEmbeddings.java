package io.sonia.testkit;

import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Makes vectors of words: each word is a direction of its own, drawn from its letters, and a text is the sum of its
 * words. Words that a test says mean the same share a direction, so texts without a word in common can be near.
 */
public final class FakeEmbeddings {

    private static final int MAX_SEEN = 10_000;

    /** What is wrong with an answer. */
    public enum Fault {
        NONE,
        /** One vector too few. */
        WRONG_COUNT,
        /** The last vector has a dimension more than the others. */
        WRONG_DIMENSIONS,
        MALFORMED,
        /** A vector holds a word. */
        NO_NUMBERS,
        /** HTTP 429. */
        REFUSED,
        /** Says nothing until the client has gone. */
        STALL
    }

    private final Deque<Fault> script = new ArrayDeque<>();
    private final List<SeenRequest> seen = new ArrayList<>();
    private final Map<String, String> meanings = new ConcurrentHashMap<>();
    private volatile Fault standing = Fault.NONE;
    private volatile int dimensions = 64;
    private volatile boolean usage = true;
    private volatile @Nullable CountDownLatch gate;

    public FakeEmbeddings() {}

    /** The next answers, each for one call. */
    public FakeEmbeddings then(Fault... faults) {
        synchronized (script) {
            script.addAll(List.of(faults));
        }
        return this;
    }

    /** The answer when none is queued. */
    public FakeEmbeddings always(Fault fault) {
        standing = fault;
        return this;
    }

    /** These words mean the same. */
    public FakeEmbeddings same(String word, String... others) {
        for (String other : others) {
            meanings.put(other, word);
        }
        return this;
    }

    public FakeEmbeddings dimensions(int count) {
        dimensions = count;
        return this;
    }

    public FakeEmbeddings withoutUsage() {
        usage = false;
        return this;
    }

    /** Holds each answer back until the gate is open. */
    public FakeEmbeddings behind(CountDownLatch open) {
        gate = open;
        return this;
    }

    /** The calls met so far. */
    public List<SeenRequest> calls() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** All texts that were sent, in order. */
    public List<String> texts() {
        return calls().stream().flatMap(each -> input(each).stream()).toList();
    }

    Fault met(SeenRequest request) throws InterruptedException {
        synchronized (seen) {
            if (seen.size() < MAX_SEEN) {
                seen.add(request);
            }
        }
        CountDownLatch wait = gate;
        if (wait != null) {
            wait.await();
        }
        synchronized (script) {
            return script.isEmpty() ? standing : script.removeFirst();
        }
    }

    byte[] answer(SeenRequest request, Fault fault) {
        if (fault == Fault.MALFORMED) {
            return "{\"data\":[{\"embedding\":[0.1,".getBytes(StandardCharsets.UTF_8);
        }
        List<String> texts = input(request);
        List<Object> data = new ArrayList<>();
        int count = fault == Fault.WRONG_COUNT ? texts.size() - 1 : texts.size();
        // The order of the list means nothing; the index does.
        for (int i = count - 1; i >= 0; i--) {
            List<Object> vector = new ArrayList<>(vector(texts.get(i)));
            if (fault == Fault.WRONG_DIMENSIONS && i == count - 1) {
                vector.add(0.5);
            }
            if (fault == Fault.NO_NUMBERS) {
                vector.set(0, "much");
            }
            data.add(Map.of("object", "embedding", "index", i, "embedding", vector));
        }
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("object", "list");
        body.put("data", data);
        if (usage) {
            int words = texts.stream().mapToInt(each -> words(each).size()).sum();
            body.put("usage", Map.of("prompt_tokens", words, "total_tokens", words));
        }
        return Json.bytes(body);
    }

    /** The vector of a text; its length is 1. */
    public List<Double> vector(String text) {
        double[] sum = new double[dimensions];
        for (String word : words(text)) {
            long state = meanings.getOrDefault(word, word).hashCode();
            for (int i = 0; i < sum.length; i++) {
                state = state * 6364136223846793005L + 1442695040888963407L;
                sum[i] += (state >> 33) / (double) (1L << 30);
            }
        }
        double length = 0;
        for (double each : sum) {
            length += each * each;
        }
        List<Double> vector = new ArrayList<>();
        for (double each : sum) {
            vector.add(length == 0 ? 1 : each / Math.sqrt(length));
        }
        return vector;
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", 0))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static List<String> input(SeenRequest request) {
        return request.json().get("input") instanceof List<?> texts
                ? texts.stream().map(String::valueOf).toList()
                : List.of();
    }
}
