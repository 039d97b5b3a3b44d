package io.sonia.kernel.process;

import io.sonia.kernel.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A program that starts a child which reads its standard input to the end, and then waits to be killed. */
final class Parent {

    private Parent() {}

    /** The first argument is the file that the child makes when its input has ended. */
    public static void main(String[] args) throws Exception {
        Clock clock = Clock.system();
        Command command = new Command(
                List.of("/bin/sh", "-c", "cat; : > \"$0\"", args[0]), Map.of(), Path.of("/"), Path.of("/dev/null"));
        System.out.println(new Processes(clock).spawn(command).pid());
        clock.sleep(Duration.ofMinutes(1));
    }
}
