package io.sonia.contracts.audit;

import io.sonia.journal.Checkpoint;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.identity.SignedNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last signed checkpoint of each chain, as a file in one or more folders outside of the databases: what shows that a
 * database was put back to an older state or written anew.
 */
public final class ExternalHeads {

    private static final String ACCEPTED = ".accepted";

    private final List<Path> folders;
    private final Supplier<List<NoteKey>> keys;

    /** A head that the notary of this installation has signed. */
    public record Head(Checkpoint checkpoint, SignedNote note) {}

    /** @param keys the notary's, old and new, as they are now: one may be replaced at any time */
    public ExternalHeads(List<Path> folders, Supplier<List<NoteKey>> keys) {
        this.folders = List.copyOf(folders);
        this.keys = keys;
    }

    /**
     * The furthest head that any of the folders has; empty if none has one.
     *
     * @throws SoniaException INTEGRITY_FAILED if one holds something else than a signed head of this chain
     */
    public Optional<Head> newest(ServiceName chain) {
        Head newest = null;
        for (Path folder : folders) {
            Path file = folder.resolve(chain.wireName());
            byte[] content = content(file);
            if (content != null) {
                Head head = head(chain, new String(content, StandardCharsets.UTF_8))
                        .orElseThrow(() -> SoniaException.of(
                                ErrorCode.INTEGRITY_FAILED,
                                file + " is no head of " + chain + " that this installation has signed"));
                newest = newest == null
                                || head.checkpoint().size()
                                        > newest.checkpoint().size()
                        ? head
                        : newest;
            }
        }
        return Optional.ofNullable(newest);
    }

    /**
     * Moves the head on in every folder. The caller has made sure that it continues the newest one.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if one cannot be written; the others have the new head
     */
    public void advance(ServiceName chain, SignedNote note) {
        Path failed = null;
        for (Path folder : folders) {
            try {
                write(folder, chain.wireName(), note.toString());
            } catch (IOException e) {
                failed = folder;
            }
        }
        if (failed != null) {
            throw SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, "The audit heads cannot be written to " + failed);
        }
    }

    /** Puts on file that somebody accepts that the store is not what the head says, or that there is none to go by. */
    public void accept(ServiceName chain, String reason, Instant now) throws IOException {
        write(folders.getFirst(), chain.wireName() + ACCEPTED, new Acceptance(digest(chain), reason, now).text());
    }

    /** SHA-256 over what each folder has, so that an acceptance ends when one of them has something else. */
    private String digest(ServiceName chain) {
        StringBuilder all = new StringBuilder();
        for (Path folder : folders) {
            byte[] content = content(folder.resolve(chain.wireName()));
            all.append(content == null ? "none" : Sha256.hex(content)).append('\n');
        }
        return Sha256.hex(all.toString());
    }

    /** The acceptance of exactly the heads that are on file, if there is one. */
    public Optional<Acceptance> accepted(ServiceName chain) {
        byte[] content = content(acceptanceFile(chain));
        return content == null
                ? Optional.empty()
                : Acceptance.parse(new String(content, StandardCharsets.UTF_8))
                        .filter(each -> each.heads().equals(digest(chain)));
    }

    /** The acceptance has done its work. */
    public void forget(ServiceName chain) {
        try {
            Files.deleteIfExists(acceptanceFile(chain));
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    /** Reads a note as a head of this chain. */
    public Optional<Head> head(ServiceName chain, String text) {
        return SignedNote.parse(text)
                .filter(note -> note.signer(keys.get()).isPresent())
                .flatMap(note -> Checkpoint.parse(note.text()).map(checkpoint -> new Head(checkpoint, note)))
                .filter(head -> head.checkpoint().origin().equals(origin(chain)));
    }

    /** Names the chain in the world. */
    public String origin(ServiceName chain) {
        return keys.get().getFirst().name() + "/" + chain.wireName();
    }

    private Path acceptanceFile(ServiceName chain) {
        return folders.getFirst().resolve(chain.wireName() + ACCEPTED);
    }

    /** Null if there is no such file. */
    private static byte @Nullable [] content(Path file) {
        try {
            return Files.size(file) > SignedNote.MAX_BYTES ? new byte[0] : Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, file + " cannot be read");
        }
    }

    private static void write(Path folder, String name, String text) throws IOException {
        SecretFile.createFolder(folder);
        SecretFile.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }
}
