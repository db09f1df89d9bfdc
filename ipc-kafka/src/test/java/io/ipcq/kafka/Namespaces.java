// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network namespace for each broker, all on one bridge of this machine, from which each can be cut off. Needs root
 * and {@code ip}.
 *
 * <pre>
 *   bridge 198.18.P.254 --- peer 0 | namespace 0, 198.18.P.1
 *                       `-- peer 1 | namespace 1, 198.18.P.2
 * </pre>
 *
 * <p>A process that is killed leaves them behind, and the next one that makes some removes them. It knows them by a
 * file in the directory for temporary files, which is made before them and locked for as long as their process lives:
 * what has no such file, or a locked one, is another's. A process may have removed its file, and made another one,
 * since somebody has opened the first: what they say differs.
 */
public final class Namespaces implements Network, AutoCloseable {

    private static final String FILE = "ipcq-namespaces-";
    private static final int NETS = 256;

    private final List<String> ip;
    private final String name;
    private final Path file;
    private final FileChannel lock;
    private final Thread atEnd = new Thread(this::remove, "end of the namespaces");
    private String net = "";

    private Namespaces(List<String> ip, Path directory) throws IOException {
        long pid = ProcessHandle.current().pid();
        this.ip = ip;
        this.name = "ipcq" + pid;
        this.file = directory.resolve(FILE + pid);
        this.lock = locked(file);
    }

    /** Nothing, where the machine has none for this user: then it says why. */
    public static Optional<Namespaces> open(int count) throws IOException {
        return open(count, List.of("ip"), Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * @param ip the command that makes them, with which its arguments begin
     * @param directory for the file, and the only one that is looked at for those of others
     */
    static Optional<Namespaces> open(int count, List<String> ip, Path directory) throws IOException {
        sweep(directory);
        try {
            run(ip, "netns", "list");
            return Optional.of(opened(count, ip, directory));
        } catch (IOException e) {
            System.out.println("there are no network namespaces here: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Namespaces opened(int count, List<String> ip, Path directory) throws IOException {
        Namespaces namespaces = new Namespaces(ip, directory);
        Runtime.getRuntime().addShutdownHook(namespaces.atEnd);
        boolean made = false;
        try {
            namespaces.make(count);
            made = true;
            return namespaces;
        } finally {
            if (!made) {
                namespaces.close();
            }
        }
    }

    /** Removes what processes have left that were killed. */
    private static void sweep(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().matches(FILE + "[0-9]+"))
                    .toList();
        }
        for (Path file : files) {
            String pid = file.getFileName().toString().substring(FILE.length());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock mine = channel.tryLock();
                    // closed after the work: a process loses its lock with the first channel that it closes
                    FileChannel now = FileChannel.open(file, StandardOpenOption.READ)) {
                if (mine != null && content(channel).equals(content(now))) {
                    remove(List.of("ip"), "ipcq" + pid);
                    Files.deleteIfExists(file);
                }
            } catch (IOException | OverlappingFileLockException e) {
                // somebody else's, or somebody else was quicker
            }
        }
    }

    /** Somebody who sweeps may remove it before it is locked. */
    private static FileChannel locked(Path file) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            channel.write(ByteBuffer.wrap(UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8)), 0);
            if (Files.exists(file)) {
                return channel;
            }
            channel.close();
        }
    }

    private static ByteBuffer content(FileChannel file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(64);
        file.read(content, 0);
        return content.flip();
    }

    private void make(int count) throws IOException {
        net = freeNet();
        ip("link", "add", name, "type", "bridge");
        ip("address", "add", net + "254/24", "dev", name);
        ip("link", "set", name, "up");
        for (int broker = 0; broker < count; broker++) {
            ip("netns", "add", name(broker));
            ip("link", "add", peer(broker), "type", "veth", "peer", "name", "eth0", "netns", name(broker));
            ip("link", "set", peer(broker), "master", name, "up");
            ip("-n", name(broker), "address", "add", host(broker) + "/24", "dev", "eth0");
            ip("-n", name(broker), "link", "set", "eth0", "up");
            ip("-n", name(broker), "link", "set", "lo", "up");
            ip("netns", "exec", name(broker), "true"); // what brokers need
        }
    }

    /** Of the addresses that are for the test of networks, those that nothing has here. */
    private String freeNet() throws IOException {
        String taken = ip("-4", "-oneline", "address");
        long first = ProcessHandle.current().pid();
        return IntStream.range(0, NETS)
                .mapToObj(i -> "198.18." + (first + i) % NETS + ".")
                .filter(each -> !taken.contains(" " + each))
                .findFirst()
                .orElseThrow(() -> new IOException("all networks of 198.18.0.0/16 are taken"));
    }

    private String name(int broker) {
        return name + "-" + broker;
    }

    private String peer(int broker) {
        return name + "v" + broker;
    }

    /** By which what it has made is told from all else. */
    String name() {
        return name;
    }

    @Override
    public String host(int broker) {
        return net + (broker + 1);
    }

    @Override
    public List<String> command(int broker) {
        return List.of("ip", "netns", "exec", name(broker));
    }

    /** Nothing comes to it or from it any more, and nobody is told. */
    public void cutOff(int broker) throws IOException {
        ip("link", "set", peer(broker), "down");
    }

    public void connect(int broker) throws IOException {
        ip("link", "set", peer(broker), "up");
    }

    private String ip(String... arguments) throws IOException {
        return run(ip, arguments);
    }

    /** What the command prints. */
    static String run(List<String> ip, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(ip);
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + printed.strip());
        }
        return printed;
    }

    /** Names of the namespaces and links that are there under such a name; a namespace's stand first. */
    static List<List<String>> made(List<String> ip, String name) throws IOException {
        List<List<String>> made = new ArrayList<>();
        for (String line : run(ip, "netns", "list").split("\n")) {
            String found = line.split(" ")[0];
            if (found.matches(name + "-[0-9]+")) {
                made.add(List.of("netns", found));
            }
        }
        for (String line : run(ip, "-oneline", "link").split("\n")) {
            String[] words = line.split("[:@ ]+"); // number, name, or name and the one at the other end
            if (words.length > 1 && words[1].matches(name + "(v[0-9]+)?")) {
                made.add(List.of("link", words[1]));
            }
        }
        return made;
    }

    private static void remove(List<String> ip, String name) throws IOException {
        for (List<String> each : made(ip, name)) {
            try {
                run(ip, each.get(0), "delete", each.get(1));
            } catch (IOException e) {
                // the other end of it went first
            }
        }
        if (!made(ip, name).isEmpty()) {
            throw new IOException("not all could be removed: left=" + made(ip, name));
        }
    }

    private void remove() {
        try (lock) {
            remove(ip, name);
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.out.println("the next one removes what is left: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atEnd);
        remove();
    }
}
