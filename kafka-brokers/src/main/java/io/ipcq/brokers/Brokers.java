// SPDX-License-Identifier: Apache-2.0
package io.ipcq.brokers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Kafka cluster on this machine: brokers in processes of their own, in a temporary directory. They end when this is
 * closed, and when this process ends, in whatever way.
 *
 * <p>Thread-safe. Process-safe: it concerns this process only. Survives the death of a broker.
 */
public final class Brokers implements AutoCloseable {

    static final String CONTROLLER = "CONTROLLER";
    static final String STARTED = "started";

    private static final int MOST_COPIES = 3;

    /**
     * Below those that the kernel gives to whoever connects to somewhere, which would take one until the broker does.
     */
    private static final int LOWEST_PORT = 20_000;

    private static final int HIGHEST_PORT = 32_000;
    private static final long START_SECONDS = 300;

    /** Nobody else's disk keeps a broker waiting there, if there is room: a container may have no more than 64 MB. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final long ROOM = 1L << 30;

    /** For one user on one machine: little memory, and consumers that come and go at once. */
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("controller.listener.names", CONTROLLER),
            Map.entry("listeners", "PLAINTEXT://{host}:{port}," + CONTROLLER + "://{host}:{controller}"),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("log.cleaner.dedupe.buffer.size", "4194304"),
            Map.entry("log.cleaner.io.buffer.size", "65536"),
            Map.entry("group.share.min.heartbeat.interval.ms", "200"),
            Map.entry("group.share.heartbeat.interval.ms", "500"),
            Map.entry("group.share.assignment.interval.ms", "0"));

    private final Network network;
    private final Path directory;
    private final List<Integer> ports = new ArrayList<>();
    private final List<Process> processes = new CopyOnWriteArrayList<>();

    /** Ctrl-C ends the brokers, too, and none of them would take the directory along. */
    private final Thread atEnd = new Thread(this::endAll, "end of the brokers");

    private Brokers(Network network, Path directory) {
        this.network = network;
        this.directory = directory;
    }

    /**
     * Starts so many on loopback, and returns when all of them take connections.
     *
     * @param classPath with Kafka's own, {@code kafka_2.13}, and this class
     * @param settings of the brokers, and {@code feature:name} for the level of a feature; {@code {host}}, {@code
     *     {port}}, {@code {controller}} and, for one more listener, {@code {other}} in a value stand for the host and
     *     the ports of that broker
     * @throws IOException if one does not start; says what it printed
     */
    public static Brokers start(int count, String classPath, Map<String, String> settings) throws IOException {
        return start(Network.LOOPBACK, count, classPath, settings);
    }

    /** The same, in a network. */
    public static Brokers start(Network network, int count, String classPath, Map<String, String> settings)
            throws IOException {
        Brokers brokers = new Brokers(network, newDirectory());
        Runtime.getRuntime().addShutdownHook(brokers.atEnd);
        boolean started = false;
        try {
            brokers.startAll(count, classPath, settings);
            started = true;
            return brokers;
        } finally {
            if (!started) {
                brokers.close();
            }
        }
    }

    /**
     * The class path for a program that is laid out as the command {@code ipcq}: its jars in one directory, this one
     * among them, and those of brokers alone in {@code broker} beside that.
     */
    public static String classPathOfCommand() {
        URI jar = URI.create(Brokers.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString());
        Path lib = Path.of(jar.resolve("."));
        Path broker = lib.resolveSibling("broker");
        if (!Files.isDirectory(broker)) {
            throw new IllegalStateException(
                    "there are no jars of a broker: directory=" + broker + "; start the program with ./ipcq");
        }
        return broker + "/*" + File.pathSeparator + lib + "/*";
    }

    private static Path newDirectory() throws IOException {
        boolean inMemory =
                Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM;
        return inMemory
                ? Files.createTempDirectory(MEMORY, "ipcq-brokers-")
                : Files.createTempDirectory("ipcq-brokers-");
    }

    private void startAll(int count, String classPath, Map<String, String> settings) throws IOException {
        List<Integer> others = freePorts(count);
        List<Integer> controllers = others.subList(0, count);
        String voters = IntStream.range(0, count)
                .mapToObj(i -> i + 1 + "@" + network.host(i) + ":" + controllers.get(i))
                .collect(Collectors.joining(","));
        int copies = Math.min(MOST_COPIES, count);
        List<CompletableFuture<String>> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, String> all = new TreeMap<>(SMALL);
            all.put("node.id", Integer.toString(i + 1));
            all.put("controller.quorum.voters", voters);
            all.put("log.dirs", home(i).toString());
            for (String topic : List.of("offsets.topic.", "share.coordinator.state.topic.")) {
                all.put(topic + "replication.factor", Integer.toString(copies));
            }
            all.put("share.coordinator.state.topic.min.isr", Integer.toString(Math.max(1, copies - 1)));
            all.putAll(settings);
            String host = network.host(i);
            String port = Integer.toString(ports.get(i));
            String controller = Integer.toString(controllers.get(i));
            String other = Integer.toString(others.get(count + i));
            all.replaceAll((name, value) -> value.replace("{host}", host)
                    .replace("{port}", port)
                    .replace("{controller}", controller)
                    .replace("{other}", other));
            outcomes.add(launch(i, classPath, all));
        }
        for (CompletableFuture<String> outcome : outcomes) {
            requireStarted(outcome);
        }
    }

    /** Ports that are free now: those for the brokers' clients are kept, and twice as many others come back. */
    private List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        try {
            while (sockets.size() < 3 * count) {
                int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
                try {
                    sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                    (ports.size() < count ? ports : others).add(port);
                } catch (BindException taken) {
                    // another one
                }
            }
            return others;
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private Path home(int broker) {
        return directory.resolve("broker-" + (broker + 1));
    }

    private CompletableFuture<String> launch(int broker, String classPath, Map<String, String> settings)
            throws IOException {
        List<String> command = new ArrayList<>(network.command(broker));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                "io.ipcq.brokers.BrokerProgram",
                home(broker).toString(),
                Integer.toString(broker + 1)));
        settings.forEach((name, value) -> command.add(name + "=" + value));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread listener = new Thread(() -> listen(process, outcome), "output-of-broker-" + (broker + 1));
        listener.setDaemon(true);
        listener.start();
        return outcome;
    }

    /** Reads all that a broker prints, or it would wait for who does. */
    private static void listen(Process process, CompletableFuture<String> outcome) {
        StringBuilder printed = new StringBuilder();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(STARTED)) {
                    outcome.complete(STARTED);
                } else if (!outcome.isDone()) {
                    printed.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            printed.append(e.getMessage());
        }
        outcome.complete(printed.toString());
    }

    private static void requireStarted(CompletableFuture<String> outcome) throws IOException {
        try {
            String said = outcome.get(START_SECONDS, TimeUnit.SECONDS);
            if (!said.equals(STARTED)) {
                throw new IOException("a broker has ended before it was up; it printed:\n" + said);
            }
        } catch (TimeoutException e) {
            throw new IOException("a broker was not up in time: seconds=" + START_SECONDS, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the brokers started", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Hosts and ports of all of them, as clients want them. */
    public String addresses() {
        return IntStream.range(0, ports.size())
                .mapToObj(i -> network.host(i) + ":" + ports.get(i))
                .collect(Collectors.joining(","));
    }

    /** The address of a queue there. */
    public URI queue(String name) {
        return URI.create("kafka://" + addresses() + "/" + name);
    }

    /** The port at which a broker takes clients; brokers count from 0. */
    public int port(int broker) {
        return ports.get(broker);
    }

    /** The process id of a broker. */
    public long pid(int broker) {
        return processes.get(broker).pid();
    }

    /** Kills a broker as SIGKILL does. */
    public void kill(int broker) {
        processes.get(broker).destroyForcibly().onExit().join();
    }

    /** Stops a broker: its connections stay, and nobody answers there. */
    public void stop(int broker) throws IOException {
        signal("-STOP", broker);
    }

    /** Lets a stopped broker go on. */
    public void resume(int broker) throws IOException {
        signal("-CONT", broker);
    }

    private void signal(String signal, int broker) throws IOException {
        new ProcessBuilder("kill", signal, Long.toString(pid(broker)))
                .start()
                .onExit()
                .join();
    }

    /** Kills all of them, and removes what they wrote. Idempotent. */
    @Override
    public void close() {
        endAll();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // this process is ending
        }
    }

    private void endAll() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
        delete(directory);
    }

    /** Somebody may still be writing there. */
    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // gone already
        }
    }
}
