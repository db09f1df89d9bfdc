// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.Strace;
import io.ipcq.TestJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A durable queue keeps its files to its user, and itself to its files: no network, nothing in the home directory. */
@Tag("once")
class PrivacyIT {

    private static final List<String> CARELESS = List.of("sh", "-c", "umask 000; exec \"$0\" \"$@\"");

    @TempDir
    private Path directory;

    /** Makes every kind of file that a durable queue can have, several segments among them. */
    static final class User {
        public static void main(String[] args) throws Exception {
            try (DurableQueue<byte[]> queue =
                    DurableQueue.builder(byte[].class).segmentBytes(1 << 20).create(Path.of(args[0]))) {
                queue.put(new byte[1_000]);
                for (int attempt = 1; attempt <= queue.options().maxAttempts(); attempt++) {
                    queue.receive().nack();
                }
                List<byte[]> elements = Collections.nCopies(100, new byte[1_000]);
                for (int i = 0; i < 40; i++) {
                    queue.putAll(elements);
                }
                for (int i = 0; i < 1_000; i++) {
                    queue.get();
                }
                queue.flush();
                if (queue.deadLetters().get() == null) {
                    throw new AssertionError("no dead letter");
                }
            }
            try (DurableQueue<String> anonymous = DurableQueue.create(String.class)) {
                anonymous.put("x");
                anonymous.get();
            }
        }
    }

    @Test
    void shouldKeepFilesToItsUserWhateverTheUmask() throws IOException {
        Path queue = directory.resolve("queue");
        try (TestJvm user = TestJvm.startThrough(CARELESS, List.of(), User.class, queue.toString())) {
            user.awaitSuccess();
        }

        List<Path> files;
        try (Stream<Path> tree = Files.walk(queue)) {
            files = tree.toList();
        }
        assertThat(files.stream().filter(file -> file.toString().endsWith(SegmentName.SUFFIX)))
                .hasSizeGreaterThan(2);
        for (Path file : files) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)))
                    .as(file.toString())
                    .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
        }
    }

    @Test
    void shouldLeaveTheHomeDirectoryAlone() throws IOException {
        Path home = Files.createDirectory(directory.resolve("home"));
        List<String> atHome = List.of("env", "HOME=" + home);
        List<String> options = List.of("-Duser.home=" + home);
        try (TestJvm user = TestJvm.startThrough(
                atHome, options, User.class, directory.resolve("queue").toString())) {
            user.awaitSuccess();
        }

        try (Stream<Path> left = Files.list(home)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void shouldNotTouchTheNetwork() throws Exception {
        assertThat(internetCalls(User.class, directory.resolve("queue").toString()))
                .isEmpty();
    }

    /** Somebody who does use the network. */
    static final class Talker {
        public static void main(String[] args) throws Exception {
            new ServerSocket(0, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void shouldNoticeOneWhoTouchesTheNetwork() throws Exception {
        assertThat(internetCalls(Talker.class)).isNotEmpty();
    }

    private List<String> internetCalls(Class<?> program, String... args) throws Exception {
        assumeTrue(Strace.isUsable(), "needs strace");
        Path trace = directory.resolve("trace");
        List<String> traced = List.of("strace", "-f", "-qq", "-e", "trace=network", "-o", trace.toString());
        try (TestJvm user = TestJvm.startThrough(traced, List.of("-XX:+UseSerialGC"), program, args)) {
            user.awaitSuccess();
        }
        // opening any file makes the JDK ask the kernel for sockets, to learn what it has; without an address they
        // reach nobody
        return Files.readAllLines(trace).stream()
                .filter(call -> call.contains("sa_family=AF_INET"))
                .toList();
    }

    @Test
    void shouldHaveNoAnalyticsOnTheClassPath() {
        assertThat(System.getProperty("java.class.path")).doesNotContain("chronicle-analytics");
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
    }
}
