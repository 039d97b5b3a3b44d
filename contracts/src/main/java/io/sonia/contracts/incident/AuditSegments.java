package io.sonia.contracts.incident;

import io.sonia.journal.AuditExport;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.journal.ReadOnlyJournal.Span;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.KnownSecrets;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.PeerFile;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The parts of the audit chains that an incident touches, as exports: by the service, which has its head signed first,
 * or from its store.
 */
final class AuditSegments {

    /** Of one chain, the newest. */
    private static final long MAX_ENTRIES = 100_000;

    private static final int MAX_LINE_BYTES = 131_072;

    private final IncidentSources sources;
    private final IncidentScope scope;
    private final StagedFiles files;
    private final String exportId;

    /** @param exportId names the exports that are not by a service */
    AuditSegments(IncidentSources sources, IncidentScope scope, StagedFiles files, String exportId) {
        this.sources = sources;
        this.scope = scope;
        this.files = files;
        this.exportId = exportId;
    }

    void write() {
        for (ServiceName chain : ServiceName.values()) {
            String name = "audit/" + chain + ".jsonl";
            try (ReadOnlyJournal journal = sources.stores().open(chain)) {
                write(chain, name, journal);
            } catch (SoniaException e) {
                files.omit(name, e.text());
            }
        }
    }

    private void write(ServiceName chain, String name, ReadOnlyJournal journal) {
        Optional<Span> touched = touched(journal);
        if (touched.isEmpty()) {
            files.omit(name, "no entry of the chain belongs to the incident");
            return;
        }
        Span span = bounded(name, touched.get());
        if (!files.has(name, out -> byService(chain, span, out))) {
            files.put(name, out -> fromStore(chain, span, journal, out));
        }
    }

    /** Of a chain that was silent, the newest entry shows that. */
    private Optional<Span> touched(ReadOnlyJournal journal) {
        Optional<Span> span = journal.span(scope.correlationId(), scope.since(), scope.until());
        if (span.isEmpty() && scope.correlationId() == null) {
            long newest = journal.chain().head().size();
            return newest == 0 ? Optional.empty() : Optional.of(new Span(newest, newest));
        }
        return span;
    }

    private Span bounded(String name, Span span) {
        long first = Math.max(span.first(), span.last() - MAX_ENTRIES + 1);
        if (first > span.first()) {
            files.omit(
                    name + " in part",
                    "only the newest " + MAX_ENTRIES + " entries from " + span.first() + " on are here");
        }
        return new Span(first, span.last());
    }

    private void byService(ServiceName chain, Span span, OutputStream out) throws IOException {
        try (PeerFile export = sources.services().export(chain, span);
                OutputStream searched = new Searched(out, files.secrets())) {
            export.copyTo(searched);
        }
    }

    private void fromStore(ServiceName chain, Span span, ReadOnlyJournal journal, OutputStream out) throws IOException {
        AuditExport export = journal.tree().export();
        AuditExport.Header header = export.header(
                exportId,
                chain.wireName(),
                span.first(),
                span.last(),
                sources.clock().now());
        try (OutputStream searched = new Searched(out, files.secrets())) {
            export.write(header, searched);
        }
    }

    /** Lets lines through unless one holds a known secret: entries cannot be changed, so none is let out then. */
    private static final class Searched extends FilterOutputStream {

        private final KnownSecrets secrets;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);

        Searched(OutputStream out, KnownSecrets secrets) {
            super(out);
            this.secrets = secrets;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            for (int at = offset; at < offset + length; at++) {
                if (bytes[at] == '\n') {
                    line.write(bytes, from, at + 1 - from);
                    from = at + 1;
                    pass();
                }
            }
            line.write(bytes, from, offset + length - from);
            if (line.size() > MAX_LINE_BYTES) {
                throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "a line is longer than any entry");
            }
        }

        private void pass() throws IOException {
            if (secrets.in(line.toString(StandardCharsets.UTF_8))) {
                throw SoniaException.of(
                        ErrorCode.INTEGRITY_FAILED, "an entry holds a secret of this home: change that secret");
            }
            line.writeTo(out);
            line.reset();
        }

        /** The file itself is closed by whoever has opened it. */
        @Override
        public void close() throws IOException {
            pass();
            out.flush();
        }
    }
}
