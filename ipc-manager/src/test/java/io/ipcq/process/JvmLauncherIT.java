// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.IpcException;
import io.ipcq.modular.LoaderProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class JvmLauncherIT {

    @TempDir
    Path directory;

    @Test
    void shouldPassOnMeaningButNeitherSizeNorSecrets() throws Exception {
        List<String> options = List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "-ea:io.ipcq...",
                "-Dprogram.setting=1",
                "-Xmx99m",
                "-Xss2m");
        try (Program program = Program.start(directory, options, Family.CommandLine.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();

            List<String> command = program.output().lines().toList();
            List<String> file = command.subList(command.indexOf("arguments file:"), command.size());
            command = command.subList(0, command.indexOf("arguments file:"));
            assertThat(file).contains("\"-Dprogram.setting=1\"");
            assertThat(command.get(0)).isEqualTo(System.getProperty("java.home") + "/bin/java");
            assertThat(command)
                    .contains("-ea:io.ipcq...", "-XX:+UseCountedLoopSafepoints")
                    .doesNotContain("-Xmx99m", "-Xss2m")
                    .noneMatch(argument -> argument.startsWith("-D") || argument.contains("secret"));
            assertThat(command.get(command.size() - 2)).isEqualTo("io.ipcq.process.ChildMain");
            assertThat(command.get(command.size() - 1))
                    .startsWith(directory.toString())
                    .endsWith(".task");
        }
    }

    /** Everybody may read a command line; among properties are passwords. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldPassPropertiesOnWhereOthersCannotReadThem() throws Exception {
        Path arguments = Files.writeString(directory.resolve("program.args"), "-Dfrom.file=of-the-test");
        Map<String, String> environment = Map.of(
                "JAVA_TOOL_OPTIONS", "-Dfrom.tools='of-the-test with blanks'",
                "JDK_JAVA_OPTIONS", "-Dfrom.launcher=of-the-test");
        try (Program program = Program.start(
                directory,
                environment,
                List.of("@" + arguments, "-cp", System.getProperty("java.class.path")),
                Secrets.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output())
                    .contains(
                            "from.file=of-the-test\n",
                            "from.tools=of-the-test with blanks\n",
                            "from.launcher=of-the-test\n",
                            "from.program=of-the-test \"quoted\" \\ 'and' #\tlong\n",
                            "readable by all: false\n");
        }
    }

    static final class Secrets {
        public static void main(String[] arguments) throws Exception {
            for (StartMethod method : StartMethod.values()) {
                ChildProcessBuilder builder = ChildProcess.builder(Secrets::show)
                        .jvmOptions("-Dfrom.program=of-the-test \"quoted\" \\ 'and' #\tlong")
                        .startMethod(method);
                ChildProcess child = (method == StartMethod.STANDBY ? builder.prepare() : builder).start();
                child.join();
                if (child.exitCode().orElse(1) != 0) {
                    System.exit(1);
                }
            }
        }

        private static void show() throws Exception {
            for (String from : List.of("file", "tools", "launcher", "program")) {
                System.out.println("from." + from + "=" + System.getProperty("from." + from));
            }
            String command = Program.commandLine(ProcessHandle.current());
            System.out.println("readable by all: " + command.contains("of-the-test"));
        }
    }

    @Test
    void shouldStartChildFromManifestOnlyJar() throws Exception {
        List<String> options = List.of("-cp", Jars.manifestOnly(directory).toString());
        try (Program program = Program.start(directory, options, Family.OneChild.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).isEqualTo("ran\nexit code 0\n");
        }
    }

    /** As the Maven plugin exec:java and other build tools run a program. */
    @Test
    void shouldStartChildOfProgramThatHasLoaderOfItsOwn() throws Exception {
        String launcher = Jars.jar(directory, "launcher", LoaderProgram.class, "io/ipcq/modular");
        List<String> arguments = new ArrayList<>(List.of(Family.OneChild.class.getName()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            arguments.add(Path.of(entry).toUri().toString());
        }
        try (Program program = Program.start(
                directory, List.of("-cp", launcher), LoaderProgram.class.getName(), arguments.toArray(String[]::new))) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).isEqualTo("ran\nexit code 0\n");
        }
    }

    /** With addresses as Spring Boot had them before 3.2, and others have them; for its own see the starter's tests. */
    @Test
    void shouldStartChildOfProgramThatIsAnArchiveOfArchives() throws Exception {
        String fat = Jars.fat(directory, LoaderProgram.class).toString();
        String inner = "jar:" + Path.of(fat).toUri() + "!/BOOT-INF/classes/";
        String queue = Jars.jar(directory, "io.ipcq.shared", IpcException.class, "io/ipcq");
        Path temporary = Files.createDirectory(directory.resolve("temporary files"));
        for (int run = 1; run <= 2; run++) {
            try (Program program = Program.start(
                    directory,
                    List.of("-Djava.io.tmpdir=" + temporary, "-cp", fat + File.pathSeparator + queue),
                    LoaderProgram.class.getName(),
                    Family.OneChild.class.getName(),
                    inner,
                    Path.of(queue).toUri().toString())) {
                assertThat(program.exitCode()).as(program.output()).isZero();
                assertThat(program.output()).isEqualTo("ran\nexit code 0\n");
            }
            assertThat(unpackedIn(temporary)).as("used twice").hasSize(1);
            Path ofEarlierBuild =
                    Files.createDirectory(unpackedIn(temporary).get(0).resolveSibling("0"));
            Files.createFile(ofEarlierBuild.resolve("file"));
            Files.setLastModifiedTime(
                    ofEarlierBuild, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
        }
    }

    private static List<Path> unpackedIn(Path temporary) throws IOException {
        try (Stream<Path> caches = Files.list(temporary)) {
            Path cache = caches.filter(each -> each.getFileName().toString().startsWith("ipcq-programs-"))
                    .findAny()
                    .orElseThrow();
            try (Stream<Path> copies = Files.list(cache)) {
                return copies.filter(Files::isDirectory).toList();
            }
        }
    }
}
