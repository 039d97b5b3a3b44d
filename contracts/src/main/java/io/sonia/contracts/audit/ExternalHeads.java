package io.sonia.contracts.audit;

import io.sonia.journal.Checkpoint;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last signed checkpoint of each chain in one or more places outside of the databases: what shows that a database was
 * put back to an older state or written anew.
 */
public final class ExternalHeads {

    private static final String ACCEPTED = ".accepted";

    private final List<Path> folders;
    private final Optional<GitHeads> git;
    private final Supplier<List<NoteKey>> keys;

    /** A head that the notary of this installation has signed. */
    public record Head(Checkpoint checkpoint, SignedNote note) {}

    /** @param keys the notary's, old and new, as they are now: one may be replaced at any time */
    public ExternalHeads(HeadPlaces places, Supplier<List<NoteKey>> keys) {
        this.folders = places.folders();
        this.git = Optional.ofNullable(places.git()).map(GitHeads::new);
        this.keys = keys;
    }

    /** What a place has as the head of a chain. */
    private record Kept(String place, byte[] content) {}

    private List<Kept> kept(ServiceName chain) {
        List<Kept> kept = new ArrayList<>(onFile(chain));
        git.flatMap(heads -> heads.head(chain.wireName()))
                .ifPresent(note -> kept.add(new Kept("git", note.getBytes(StandardCharsets.UTF_8))));
        return kept;
    }

    private List<Kept> onFile(ServiceName chain) {
        List<Kept> kept = new ArrayList<>();
        for (Path folder : folders) {
            Path file = folder.resolve(chain.wireName());
            byte[] content = content(file);
            if (content != null) {
                kept.add(new Kept(file.toString(), content));
            }
        }
        return kept;
    }

    /**
     * As {@link #newest}, by the places alone that are written at each signature.
     *
     * @throws SoniaException INTEGRITY_FAILED as there
     */
    public Optional<Head> newestOnFile(ServiceName chain) {
        return furthest(chain, onFile(chain));
    }

    /**
     * The furthest head that any of the places has; empty if none has one.
     *
     * @throws SoniaException INTEGRITY_FAILED if one holds something else than a signed head of this chain
     */
    public Optional<Head> newest(ServiceName chain) {
        return furthest(chain, kept(chain));
    }

    private Optional<Head> furthest(ServiceName chain, List<Kept> kept) {
        Head newest = null;
        for (Kept each : kept) {
            Head head = head(chain, new String(each.content(), StandardCharsets.UTF_8))
                    .orElseThrow(() -> SoniaException.of(
                            ErrorCode.INTEGRITY_FAILED,
                            each.place() + " is no head of " + chain + " that this installation has signed"));
            newest = newest == null
                            || head.checkpoint().size() > newest.checkpoint().size()
                    ? head
                    : newest;
        }
        return Optional.ofNullable(newest);
    }

    /**
     * Puts heads, by chain, into the slower places. The caller has signed them, each after the one that is there.
     *
     * @throws SoniaException INTEGRITY_FAILED if one is behind what is there, which stays then; CONFLICT if somebody else
     *     moves them
     */
    public void publish(Map<String, String> notes) {
        if (git.isEmpty()) {
            return;
        }
        Map<String, String> there = git.get().read();
        Map<String, String> next = new TreeMap<>(there);
        List<String> behind = new ArrayList<>();
        notes.forEach((name, note) -> {
            if (size(name, note) < size(name, there.get(name))) {
                behind.add(name);
            } else {
                next.put(name, note);
            }
        });
        git.get().commit(next);
        if (!behind.isEmpty()) {
            throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "git has heads that are further on: " + behind);
        }
    }

    /** Puts a head into the slower places whatever is there: somebody has accepted that. */
    public void replace(ServiceName chain, SignedNote note) {
        git.ifPresent(heads -> {
            Map<String, String> next = new TreeMap<>(heads.read());
            next.put(chain.wireName(), note.toString());
            heads.commit(next);
        });
    }

    private long size(String name, @Nullable String note) {
        return ServiceName.byWireName(name)
                .flatMap(chain -> Optional.ofNullable(note).flatMap(text -> head(chain, text)))
                .map(head -> head.checkpoint().size())
                .orElse(-1L);
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

    /** SHA-256 over what each place has, so that an acceptance ends when one of them has something else. */
    private String digest(ServiceName chain) {
        StringBuilder all = new StringBuilder();
        kept(chain)
                .forEach(each -> all.append(each.place())
                        .append(' ')
                        .append(Sha256.hex(each.content()))
                        .append('\n'));
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
