package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/** What a verification said about bytes: nothing when they verified. */
record Attempt(Refusal refusal) {

    /** A verification that may refuse. */
    interface Check {
        void run() throws IOException;
    }

    static Attempt of(Check check) {
        try {
            check.run();
            return new Attempt(null);
        } catch (Refusal refusal) {
            return new Attempt(refusal);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Attempt export(byte[] file, String... keys) {
        return export(file, false, keys);
    }

    static Attempt export(byte[] file, boolean tailAllowed, String... keys) {
        return of(() -> {
            Export export = Export.open(new ByteArrayInputStream(file), KeyRing.parse(List.of(keys)), -1);
            export.toEnd();
            export.requireAttested(tailAllowed);
        });
    }

    boolean verified() {
        return refusal == null;
    }

    void isVerified() {
        assertThat(refusal).isNull();
    }

    void isRefused(Reason reason) {
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).as(refusal.message()).isEqualTo(reason);
    }

    void isRefused(long seq, Reason reason) {
        isRefused(reason);
        assertThat(refusal.firstBadSeq()).as(refusal.message()).isEqualTo(seq);
    }
}
