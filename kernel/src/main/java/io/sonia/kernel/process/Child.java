package io.sonia.kernel.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/**
 * A program this process has started. Its standard input stays open for as long as this process lives, so that reading
 * the end of it tells the program that its parent is gone.
 */
public final class Child {

    private final Process process;
    private final PidRecord record;
    private final CompletableFuture<Exit> exit;

    Child(Process process, PidRecord record) {
        this.process = process;
        this.record = record;
        this.exit = process.onExit().thenApply(ended -> new Exit(ended.exitValue()));
    }

    public long pid() {
        return record.pid();
    }

    /** What proves later that a process is this one. */
    public PidRecord record() {
        return record;
    }

    /** Completes at once when the program ends, and never before. */
    public CompletableFuture<Exit> exit() {
        return exit.copy();
    }

    /** Leads to the program's standard input; closing it means end of file there. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** The program's standard output; empty if it goes to a file. Who does not read it stops the program. */
    public InputStream output() {
        return process.getInputStream();
    }

    /** The program's standard error; empty if it goes to a file. */
    public InputStream errors() {
        return process.getErrorStream();
    }
}
