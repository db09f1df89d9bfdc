// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class DoctorCommandIT {

    @TempDir
    Path directory;

    /** By the script, with another place for temporary files than others use at the same time. */
    private CommandRun doctor(Object... more) throws Exception {
        Object[] words = new Object[more.length + 1];
        words[0] = "doctor";
        System.arraycopy(more, 0, words, 1, more.length);
        ProcessBuilder builder = CommandRun.launch(words);
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + directory);
        builder.environment().remove("XDG_RUNTIME_DIR");
        Path out = directory.resolveSibling(directory.getFileName() + ".out");
        Path err = directory.resolveSibling(directory.getFileName() + ".err");
        try {
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            return new CommandRun(process.waitFor(), Files.readString(out), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    private static Map<String, Map<String, Object>> findings(CommandRun run) {
        Map<String, Map<String, Object>> findings = new TreeMap<>();
        run.objects().forEach(object -> findings.put((String) object.get("check"), object));
        return findings;
    }

    @Test
    void shouldTryOutThisMachineAndLeaveNothing() throws Exception {
        Map<String, Map<String, Object>> findings = findings(doctor("--json").endsWith(0));
        assertThat(findings.keySet())
                .containsExactlyInAnyOrder(
                        "jdk",
                        "options",
                        "memory",
                        "temporary",
                        "futex",
                        "descriptors",
                        "maps",
                        "processes",
                        "sight",
                        "queue",
                        "locks",
                        "durable",
                        "child",
                        "leftovers");
        for (String check : List.of("jdk", "options", "futex", "queue", "locks", "durable", "child")) {
            assertThat(findings.get(check)).as(check).containsEntry("verdict", "ok");
        }
        assertThat(findings.get("leftovers").toString()).doesNotContain(directory.toString());
        try (var left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString())
                            .filter(name -> !name.startsWith("ipcq-archives-")))
                    .isEmpty();
        }
    }

    @Tag("once")
    @Test
    void shouldSweepWhatTheDeadHaveLeftAndNothingElse() throws Exception {
        TestJvm killed = startPool("killed");
        try (TestJvm alive = startPool("alive")) {
            Path archives = Files.createDirectory(
                    directory.resolve("ipcq-archives-" + System.getProperty("user.name")),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path old = Files.createFile(archives.resolve("key.checksum.jsa"));
            Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(40))));
            Path used = Files.createFile(archives.resolve("other.checksum.jsa"));
            Path dead = runDirectory(killed.pid());
            List<ProcessHandle> workers = killed.isAlive()
                    ? ProcessHandle.of(killed.pid()).orElseThrow().children().toList()
                    : List.of();
            killed.kill();
            // an orphaned worker removes the directory itself, unless it is killed as well
            workers.forEach(ProcessHandle::destroyForcibly);
            await().until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
            if (!Files.exists(dead)) {
                Files.createDirectory(
                        dead, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.createFile(
                        dead.resolve("alive"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Path socket = Files.createDirectory(
                    directory.resolve("ipcq-sockets-999999999-1-a"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createFile(
                    socket.resolve("alive"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            assertThat(doctor("--sweep").endsWith(2).out())
                    .contains(dead.toString(), socket.toString(), old.toString());
            assertThat(dead).exists();
            assertThat(findings(doctor("--json").endsWith(0)).get("leftovers"))
                    .containsEntry("verdict", "note")
                    .satisfies(found -> assertThat(found.toString()).contains(dead.toString(), socket.toString()));
            assertThat(doctor("--sweep", "--yes", "--json").endsWith(0).objects())
                    .contains(Map.of("leftover", socket.toString()), Map.of("leftover", old.toString()));
            assertThat(dead).doesNotExist();
            assertThat(socket).doesNotExist();
            assertThat(old).doesNotExist();
            assertThat(used).exists();
            assertThat(runDirectory(alive.pid()).resolve("alive")).exists();
            assertThat(alive.isAlive()).isTrue();
        } finally {
            killed.close();
        }
    }

    private TestJvm startPool(String name) {
        TestJvm user =
                TestJvm.start(List.of("-Djava.io.tmpdir=" + directory, "-Dipcq.archive=off"), PoolUser.class, name);
        user.awaitLine("ready");
        return user;
    }

    private Path runDirectory(long pid) throws Exception {
        try (var entries = Files.list(directory)) {
            return entries.filter(file -> file.getFileName().toString().startsWith("ipcq-process-" + pid + "-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Tag("once")
    @Test
    void shouldGatherWithoutPayload() throws Exception {
        Path archive = directory.resolve("gathered.zip");
        Path keyFile = directory.resolve("key");
        AuthKey key = AuthKey.random();
        try (SharedQueue<String> ring = SharedQueue.create(directory.resolve("ring"), String.class);
                DurableQueue<String> journal = DurableQueue.create(directory.resolve("journal"), String.class);
                ManagerServer server = ManagerServer.bind(key);
                Manager manager = Manager.connect(server.address(), key)) {
            ring.put("payload-of-nobody");
            journal.put("payload-of-nobody");
            manager.queue("letters", String.class).put("payload-of-nobody");
            manager.lock("till").lock();
            key.save(keyFile);
            doctor(
                            "--gather",
                            archive,
                            ring.directory(),
                            journal.directory(),
                            directory.resolve("nothing"),
                            "--manager",
                            server.address(),
                            "--key",
                            keyFile)
                    .endsWith(0);
            CommandRun.here("doctor", "--gather", archive).endsWith(1); // it is there already
        }
        assertThat(Files.getPosixFilePermissions(archive)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Map<String, String> said = new TreeMap<>();
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (var entry : Collections.list(zip.entries())) {
                said.put(entry.getName(), new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(said)
                .containsEntry("pools.jsonl", "")
                .allSatisfy((entry, text) -> assertThat(text).as(entry).doesNotContain("payload-of-nobody"));
        assertThat(said.get("doctor.jsonl")).contains("\"check\":\"jdk\"");
        for (String entry : List.of("queues.jsonl", "top.jsonl")) {
            assertThat(said.get(entry)).as(entry).contains("/ring\"", "/journal\"");
        }
        assertThat(said.get("queue-2-stat.jsonl")).contains("\"kind\":\"journal\"", "\"size\":1");
        assertThat(said.get("queue-2-who.jsonl")).contains("/journal\"");
        assertThat(said.get("queue-1-verify.jsonl")).contains("/ring\"", "\"sound\":1", "\"flaws\":[]");
        assertThat(said.get("queue-2-verify.jsonl")).contains("/journal\"", "\"sound\":1", "\"flaws\":[]");
        for (String command : List.of("stat", "who", "verify")) {
            assertThat(said.get("queue-3-" + command + ".jsonl")).as(command).contains("/nothing");
        }
        assertThat(said.get("manager-stat.jsonl")).contains("\"lock\":1");
        assertThat(said.get("manager-ls.jsonl")).contains("\"letters\"", "\"till\"");
        assertThat(said.get("lock-ls.jsonl")).contains("\"till\"").doesNotContain("\"letters\"");
    }
}
