// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who looks leaves no trace: on queues that are used, whose processes are stopped or dead, and that are damaged. */
@Tag("once")
class LookingChangesNothingIT {

    @TempDir
    Path elsewhere;

    @TempDir
    Path parent;

    @Test
    void shouldChangeNoFile() throws Exception {
        List<TestJvm> users = new ArrayList<>();
        List<Path> queues = new ArrayList<>();
        try {
            for (String kind : List.of("ring", "journal")) {
                queues.add(used(kind, "live", users));
                queues.add(used(kind, "stopped", users));
                users.get(users.size() - 1).stop();
                queues.add(used(kind, "killed", users));
                users.get(users.size() - 1).kill();
                queues.add(left(kind, "damaged"));
                damage(queues.get(queues.size() - 1));
            }
            Map<String, String> before = files();
            assertThat(before).hasSizeGreaterThan(16);
            look(queues);
            assertThat(files()).isEqualTo(before);
        } finally {
            users.forEach(TestJvm::close);
        }
    }

    private void look(List<Path> queues) {
        assertThat(CommandRun.launched("queue", "ls", parent).endsWith(0).lines())
                .hasSize(queues.size() + 1);
        CommandRun.launched(words("stat", queues)).endsWith(0);
        assertThat(CommandRun.launched(words("verify", queues))
                        .endsWith(Ipcq.NOT_IN_ORDER)
                        .out())
                .contains(
                        "ring-live: in order",
                        "journal-killed: in order",
                        "ring-damaged: damaged",
                        "journal-damaged: damaged");
        assertThat(CommandRun.launched("queue", "find", "--deserted", "--idle", "0.05", parent)
                        .endsWith(0)
                        .lines())
                .contains(parent.resolve("ring-killed").toString())
                .doesNotContain(parent.resolve("ring-live").toString());
        repair(parent.resolve("journal-damaged"));
        CommandRun.here("top", parent, "--once", "--interval", "0.1").endsWith(0);
        List<Object> who = new ArrayList<>(Arrays.asList(words("who", queues)));
        who.addAll(List.of("--watch", "0.1"));
        CommandRun.launched(who.toArray()).endsWith(Ipcq.NOT_IN_ORDER);
        assertThat(CommandRun.launched("queue", "browse", queues.get(0))
                        .endsWith(0)
                        .lines())
                .containsExactly("first", "second");
        assertThat(CommandRun.launched("queue", "tail", queues.get(4))
                        .endsWith(0)
                        .lines())
                .containsExactly("first", "second");
        for (Path queue : queues) {
            CommandRun browse = CommandRun.here("queue", "browse", queue, "--json");
            CommandRun tail = CommandRun.here("queue", "tail", queue, "--json");
            boolean damaged = queue.toString().endsWith("damaged");
            assertThat(browse.code()).as(browse.err()).isEqualTo(damaged ? 1 : 0);
            assertThat(tail.code()).as(tail.err()).isEqualTo(damaged ? 1 : 0);
        }
    }

    /** What is repaired is a new queue, in another place. */
    private void repair(Path damaged) {
        Path target = elsewhere.resolve("repaired");
        CommandRun.launched("queue", "repair", damaged, target).endsWith(Ipcq.NOT_IN_ORDER);
        assertThat(CommandRun.here("queue", "browse", target).endsWith(0).lines())
                .containsExactly("first");
    }

    private static Object[] words(String command, List<Path> queues) {
        List<Object> words = new ArrayList<>(List.of("queue", command));
        words.addAll(queues);
        return words.toArray();
    }

    /** A queue with two elements, and a process that is attached to it. */
    private Path used(String kind, String name, List<TestJvm> users) throws Exception {
        Path directory = left(kind, name);
        TestJvm user = TestJvm.start(QueueUser.class, "attach", directory.toString());
        users.add(user);
        user.awaitLine("ready");
        return directory;
    }

    /** A queue with two elements that nobody has open. */
    private Path left(String kind, String name) throws Exception {
        Path directory = parent.resolve(kind + "-" + name);
        try (SharedQueue<String> queue = kind.equals("ring")
                ? SharedQueue.builder(String.class).checksum(true).create(directory)
                : DurableQueue.create(directory, String.class)) {
            queue.put("first");
            queue.put("second");
        }
        return directory;
    }

    private static void damage(Path queue) throws IOException {
        try (Stream<Path> files = Files.walk(queue)) {
            Path data = files.filter(file -> file.toString().endsWith("ring.ipcq")
                            || file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
            QueueCommandTest.damage(data, "second");
        }
    }

    /** All that can be seen of all files. */
    private Map<String, String> files() throws IOException {
        Map<String, String> seen = new TreeMap<>();
        try (Stream<Path> files = Files.walk(parent)) {
            for (Path file : files.toList()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                String content = attributes.isRegularFile() ? "" + Arrays.hashCode(Files.readAllBytes(file)) : "";
                seen.put(
                        file.toString(),
                        attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey() + " "
                                + content);
            }
        }
        return seen;
    }
}
