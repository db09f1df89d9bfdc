// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The namespaces of the cluster's test: whatever becomes of who makes them, nothing of them stays. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class NamespacesIT {

    private static final List<String> IP = List.of("ip");

    /** Nobody else sweeps there. */
    @TempDir
    Path directory;

    /** Makes some, says how they are called, and lives on. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            try (Namespaces namespaces =
                    Namespaces.open(2, IP, Path.of(args[0])).orElseThrow()) {
                System.out.println("made " + namespaces.name());
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    private static void requireNamespaces() throws IOException {
        Optional<Namespaces> some = Namespaces.open(1);
        some.ifPresent(Namespaces::close);
        assumeTrue(some.isPresent(), "needs root and ip");
    }

    private static String nameFrom(TestJvm holder) {
        return holder.awaitLine("made ").substring("made ".length());
    }

    @Test
    void shouldSweepWhatKilledProcessHasLeftAndNothingElse() throws Exception {
        requireNamespaces();
        String others = "ipcq" + Integer.MAX_VALUE + "-0"; // as if it was of a process that we have no file of
        if (Namespaces.run(IP, "netns", "list").contains(others)) {
            Namespaces.run(IP, "netns", "delete", others); // a run that was killed left it, and nobody sweeps it
        }
        Namespaces.run(IP, "netns", "add", others);
        try (TestJvm killed = TestJvm.start(Holder.class, directory.toString());
                TestJvm living = TestJvm.start(Holder.class, directory.toString())) {
            String left = nameFrom(killed);
            String used = nameFrom(living);
            killed.kill();
            assertThat(Namespaces.made(IP, left)).hasSize(5);
            try (Namespaces mine = Namespaces.open(1, IP, directory).orElseThrow()) {
                assertThat(Namespaces.made(IP, left)).isEmpty();
                assertThat(Namespaces.made(IP, used)).hasSize(5);
                assertThat(Namespaces.run(IP, "netns", "list")).contains(others);
                assertThat(Namespaces.made(IP, mine.name())).hasSize(3);
            }
            living.kill();
            Namespaces.open(1, IP, directory).orElseThrow().close();
            assertThat(Namespaces.made(IP, used)).isEmpty();
        } finally {
            Namespaces.run(IP, "netns", "delete", others);
        }
        requireNothingLeft();
    }

    /** Not by SIGINT: what runs in the background of a script ignores it. */
    @Test
    void shouldLeaveNothingWhenToldToEnd() throws Exception {
        requireNamespaces();
        try (TestJvm holder = TestJvm.start(Holder.class, directory.toString())) {
            String name = nameFrom(holder);
            Namespaces.run(List.of("kill"), "-TERM", Long.toString(holder.pid()));
            await().until(() -> !holder.isAlive());
            assertThat(Namespaces.made(IP, name)).isEmpty();
        }
        requireNothingLeft();
    }

    /** Then the test of the cluster has three processes instead. */
    @Test
    void shouldSayThatThereAreNoneAndLeaveNothingWhicheverStepFails() throws Exception {
        assertThat(Namespaces.open(1, List.of("no-such-command"), directory)).isEmpty();
        requireNamespaces();
        Path count = directory.resolve("count");
        Path script = Files.writeString(
                directory.resolve("ip"),
                "n=$(($(cat '" + count + "') + 1)); echo $n > '" + count
                        + "'; [ $n != $1 ] || exit 1; shift; ip \"$@\"");
        boolean failed = true;
        for (int step = 1; failed; step++) {
            Files.writeString(count, "0");
            Optional<Namespaces> some =
                    Namespaces.open(1, List.of("sh", script.toString(), Integer.toString(step)), directory);
            failed = some.isEmpty();
            Files.writeString(count, "1000"); // no step more fails
            some.ifPresent(Namespaces::close);
            assertThat(step).isLessThan(100);
            requireNothingLeft();
        }
    }

    /** Of this process, and of those that this class has started, which all are dead. */
    private void requireNothingLeft() throws IOException {
        assertThat(Namespaces.made(IP, "ipcq" + ProcessHandle.current().pid())).isEmpty();
        assertThat(directory).isDirectoryNotContaining("glob:**/ipcq-namespaces-*");
    }
}
