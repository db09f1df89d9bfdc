// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.process.Program;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs in the places where programs run: in each, a child, a pool, a ring, a durable queue and a manager, as the
 * table in docs/services.md says. {@link LibrariesIT} does the same with fewer libraries, the sample of Spring Boot in
 * its archives.
 */
class PlacesIT {

    private static final List<String> ALL = List.of("child", "pool", "ring", "durable", "manager");

    /** What ipcq brings. */
    private static final String LIBRARIES =
            "(ipc-queue|ipc-manager|chronicle|affinity|posix|jackson|jspecify|slf4j-api|jffi)-.*";

    /** The fewest with which everything works on the class path. */
    private static final String FEWEST_MODULES = "java.logging,java.management,java.naming,java.xml,jdk.unsupported";

    /** Those that docs/services.md names. */
    private static final String ALL_MODULES = FEWEST_MODULES + ",jdk.management,jdk.net";

    private static final String SOURCE = """
            import io.ipcq.manager.Manager;
            import io.ipcq.pool.ProcessPool;
            import io.ipcq.process.ChildProcess;
            import io.ipcq.queue.DurableQueue;
            import io.ipcq.queue.SharedQueue;

            public class Everything {

                public record Order(int number, String item) {}

                public static void main(String[] things) {
                    for (String thing : things) {
                        try {
                            System.out.println(thing + ": " + use(thing));
                        } catch (Exception refused) {
                            System.out.println(thing + " refused: " + refused);
                        }
                    }
                }

                private static String use(String thing) throws Exception {
                    switch (thing) {
                        case "child": {
                            String captured = "captured";
                            ChildProcess child = new ChildProcess(a -> require(captured.equals("captured")), 1);
                            child.start();
                            child.join();
                            return child.exitDescription();
                        }
                        case "pool": {
                            try (ProcessPool pool = ProcessPool.create(1)) {
                                return "" + pool.apply(n -> new Order(n, "tea"), 1);
                            }
                        }
                        case "ring": {
                            return throughChild(SharedQueue.create(Order.class));
                        }
                        case "durable": {
                            return throughChild(DurableQueue.create(Order.class));
                        }
                        case "manager": {
                            try (Manager manager = Manager.start()) {
                                manager.map("map", String.class, Order.class).put("key", new Order(1, "tea"));
                                return "" + manager.map("map", String.class, Order.class).get("key");
                            }
                        }
                        default: {
                            throw new IllegalArgumentException(thing);
                        }
                    }
                }

                private static String throughChild(SharedQueue<Order> queue) throws Exception {
                    try (queue; ChildProcess child = new ChildProcess(Everything::put, queue)) {
                        child.start();
                        child.join();
                        return "" + queue.getNow();
                    }
                }

                private static void put(SharedQueue<Order> queue) throws Exception {
                    queue.put(new Order(1, "tea"));
                }

                private static void require(boolean truth) {
                    if (!truth) {
                        throw new IllegalStateException("not as it was captured");
                    }
                }
            }
            """;

    private static final List<String> EXPECTED = List.of(
            "child: exit code 0",
            "pool: Order[number=1, item=tea]",
            "ring: Order[number=1, item=tea]",
            "durable: Order[number=1, item=tea]",
            "manager: Order[number=1, item=tea]");

    /** Of ipcq and what it brings, nothing but jars, and readable for everybody. */
    @TempDir
    static Path shared;

    private static Path libraries;
    private static Path classes;

    @TempDir
    Path directory;

    /**
     * Where a program runs. What the first two have in them, or others start in another way each time, is left to a
     * soak.
     */
    enum Place {
        IMAGE_ON_MODULE_PATH,
        ONE_JAR_OF_ALL,
        MODULE_PATH,
        IMAGE_OF_JLINK,
        SOURCE_FILE,
        SHELL,
        BUILD_WITH_COVERAGE,
        READ_ONLY_AS_NOBODY;

        private boolean isForSoak() {
            return compareTo(ONE_JAR_OF_ALL) > 0;
        }
    }

    /** The start of a program: what executes it, the JVM's options, its main class, its arguments before the things. */
    private record Start(List<String> wrapper, List<String> options, String main, List<String> arguments) {
        Start(List<String> options, String main) {
            this(List.of(), options, main, List.of());
        }
    }

    @BeforeAll
    static void pack() throws Exception {
        libraries = Files.createDirectory(shared.resolve("lib"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            String name = path.getFileName().toString();
            if (name.equals("classes")) {
                packFolder(path, libraries.resolve(path.getName(path.getNameCount() - 3) + "-classes.jar"));
            } else if (name.matches(LIBRARIES) && !name.endsWith("-tests.jar")) {
                Files.copy(path, libraries.resolve(name));
            }
        }
        classes = compile(Files.createDirectory(shared.resolve("classes")), "Everything.java", SOURCE);
        allowEverybody(shared);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRun(Place place) throws Exception {
        assumeTrue(!place.isForSoak() || Boolean.getBoolean("ipcq.places.all"));
        Start start = switch (place) {
            case IMAGE_ON_MODULE_PATH -> image(ALL_MODULES, modular());
            case MODULE_PATH -> modular();
            case IMAGE_OF_JLINK ->
                image(
                        FEWEST_MODULES,
                        new Start(List.of("-cp", classes + File.pathSeparator + everyJar()), "Everything"));
            case ONE_JAR_OF_ALL -> new Start(List.of("-cp", oneJar().toString()), "Everything");
            case SOURCE_FILE ->
                new Start(
                        List.of("-cp", everyJar()),
                        Files.writeString(directory.resolve("Everything.java"), SOURCE)
                                .toString());
            case SHELL -> shell();
            case BUILD_WITH_COVERAGE -> measured();
            case READ_ONLY_AS_NOBODY -> readOnly();
        };
        List<String> arguments = new ArrayList<>(start.arguments);
        if (place != Place.SHELL) {
            arguments.addAll(ALL);
        }
        List<String> options = new ArrayList<>(List.of("-Dipcq.archive=off"));
        options.addAll(start.options);
        try (Program program = Program.start(
                directory, start.wrapper, Map.of(), options, start.main, arguments.toArray(String[]::new))) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output().lines().map(String::strip).filter(line -> !line.isEmpty()))
                    .isEqualTo(EXPECTED);
        }
    }

    private Start modular() throws Exception {
        Path sources = Files.createDirectory(directory.resolve("sources"));
        Files.writeString(sources.resolve("module-info.java"), """
                module everything {
                    requires io.ipcq.manager;
                    exports everything; // its records are elements
                }
                """);
        Files.writeString(sources.resolve("Everything.java"), "package everything;\n" + SOURCE);
        Path module = Files.createDirectory(directory.resolve("module"));
        run(
                "javac",
                "-d",
                module.toString(),
                "-p",
                libraries.toString(),
                sources.resolve("module-info.java").toString(),
                sources.resolve("Everything.java").toString());
        return new Start(
                List.of("-p", libraries + File.pathSeparator + module, "-m"), "everything/everything.Everything");
    }

    /** A JDK with few modules, and the program as it is started otherwise. */
    private Start image(String modules, Start start) {
        Path image = directory.resolve("image");
        Optional<ToolProvider> jlink = ToolProvider.findFirst("jlink");
        assumeTrue(jlink.isPresent());
        run("jlink", "--add-modules", modules, "--output", image.toString());
        return new Start(
                List.of("sh", "-c", "exec '" + image.resolve("bin/java") + "' \"$@\""),
                start.options,
                start.main,
                start.arguments);
    }

    /** What build tools make that put all libraries into one. */
    private Path oneJar() throws IOException {
        Path jar = directory.resolve("all.jar");
        Set<String> seen = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (Path library : jars()) {
                try (JarFile from = new JarFile(library.toFile())) {
                    for (JarEntry entry : from.stream().toList()) {
                        if (!entry.isDirectory() && seen.add(entry.getName())) {
                            out.putNextEntry(new JarEntry(entry.getName()));
                            from.getInputStream(entry).transferTo(out);
                        }
                    }
                }
            }
            for (Path type : filesIn(classes)) {
                out.putNextEntry(new JarEntry(classes.relativize(type).toString()));
                Files.copy(type, out);
            }
        }
        return jar;
    }

    private Start shell() throws IOException {
        String calls = "\nEverything.main(new String[] {"
                + ALL.stream().collect(Collectors.joining("\", \"", "\"", "\"")) + "})\n/exit\n";
        Path script = Files.writeString(directory.resolve("everything.jsh"), SOURCE + calls);
        Files.createDirectories(directory.resolve(".java/.userPrefs")); // or it tells that it makes it
        return new Start(
                List.of(),
                List.of("-Djava.util.prefs.userRoot=" + directory, "-m"),
                "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider",
                List.of(
                        "-s",
                        "-R-Djava.io.tmpdir=" + directory,
                        "-R-Dipcq.archive=off",
                        "--class-path",
                        everyJar(),
                        script.toString()));
    }

    /** As Surefire and JaCoCo start it: a jar that only names others, and an agent, which children get, too. */
    private Start measured() throws IOException {
        String agent = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("org.jacoco.agent"))
                .findFirst()
                .orElseThrow();
        String option = "-javaagent:" + agent + "=destfile=" + directory.resolve("jacoco.exec");
        return new Start(
                List.of(option, "-Dipcq.child.jvmOptions=" + option, "-cp", classes + File.pathSeparator + everyJar()),
                "Everything");
    }

    /** A container as many are: the user has no home, and can write to a small /dev/shm only. */
    private Start readOnly() throws Exception {
        List<String> wrapper = List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=64m tmpfs /dev/shm && mount --rbind / /mnt"
                        + " && mount -o remount,bind,ro /mnt && cd /mnt && pivot_root . mnt"
                        + " && exec setpriv --reuid=65534 --regid=65534 --clear-groups env -i \"$0\" \"$@\"");
        List<String> probe = new ArrayList<>(wrapper);
        probe.add("true");
        assumeTrue(new ProcessBuilder(probe).start().waitFor() == 0, "can have a mount namespace");
        return new Start(
                wrapper,
                List.of("-Djava.io.tmpdir=/dev/shm", "-cp", classes + File.pathSeparator + everyJar()),
                "Everything",
                List.of());
    }

    private static Path compile(Path to, String name, String source) throws IOException {
        Path file = Files.writeString(to.resolve(name), source);
        run("javac", "-d", to.toString(), "-cp", everyJar(), file.toString());
        return to;
    }

    private static void run(String tool, String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int code = ToolProvider.findFirst(tool).orElseThrow().run(out, out, arguments);
        assertThat(code).as("%s %s: %s", tool, List.of(arguments), said).isZero();
    }

    private static List<Path> jars() {
        try (Stream<Path> files = Files.list(libraries)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String everyJar() {
        return jars().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void packFolder(Path folder, Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Path each : filesIn(folder)) {
                out.putNextEntry(new JarEntry(folder.relativize(each).toString()));
                Files.copy(each, out);
            }
        }
    }

    private static void allowEverybody(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }
}
