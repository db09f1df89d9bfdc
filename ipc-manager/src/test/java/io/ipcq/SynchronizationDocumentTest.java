// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * docs/synchronization.md names each class that takes a lock and each field that is shared without one, and what it
 * says to be guarded exists.
 */
class SynchronizationDocumentTest {

    private static final Set<String> LOCKS = Set.of(
            "Ljava/util/concurrent/locks/ReentrantLock;",
            "Lio/ipcq/memory/RobustMutex;",
            "Lio/ipcq/queue/JournalMutex;");

    private static final String ATOMICS = "Ljava/util/concurrent/atomic/Atomic";
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CLASS = Pattern.compile("[A-Z]\\w*[a-z]\\w*");
    private static final Pattern FIELD = Pattern.compile("[a-z]\\w*");

    /** With its members: a class, those that it is nested in, and those that are nested in it. */
    private record Seen(List<String> names, Set<String> shared, boolean locks) {}

    private static final List<Seen> CLASSES = new ArrayList<>();
    private static final Map<String, Set<String>> MEMBERS = new HashMap<>();
    private static List<String> lines = List.of();

    @BeforeAll
    static void read() throws IOException, URISyntaxException {
        lines = SourceTree.read("docs/synchronization.md").lines().toList();
        for (Class<?> one : List.of(SharedQueue.class, ChildProcess.class)) {
            Path place = Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(place)) {
                readAll(place);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(place)) {
                    readAll(jar.getPath("/"));
                }
            }
        }
        assertThat(CLASSES).hasSizeGreaterThan(300);
    }

    private static void readAll(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".class")).forEach(SynchronizationDocumentTest::readOne);
        }
    }

    private static void readOne(Path file) {
        Collector collector = new Collector();
        try {
            new ClassReader(Files.readAllBytes(file)).accept(collector, ClassReader.SKIP_FRAMES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CLASSES.add(new Seen(collector.names, collector.shared, collector.locks));
        collector.names.forEach(
                name -> MEMBERS.computeIfAbsent(name, any -> new HashSet<>()).addAll(collector.members));
    }

    /** What one class file says. */
    private static final class Collector extends ClassVisitor {

        private List<String> names = List.of();
        private final Set<String> members = new HashSet<>();
        private final Set<String> shared = new HashSet<>();
        private boolean locks;

        Collector() {
            super(Opcodes.ASM9);
        }

        /** An anonymous class is part of the one around it. */
        @Override
        public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
            names = Stream.of(name.substring(name.lastIndexOf('/') + 1).split("\\$"))
                    .filter(part -> CLASS.matcher(part).matches())
                    .toList();
            members.addAll(names);
        }

        @Override
        public FieldVisitor visitField(int access, String name, String type, String signature, Object value) {
            members.add(name);
            boolean isOwn = (access & Opcodes.ACC_SYNTHETIC) == 0;
            if (isOwn && ((access & Opcodes.ACC_VOLATILE) != 0 || type.startsWith(ATOMICS))) {
                shared.add(name);
            }
            locks |= LOCKS.contains(type);
            return null;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String method, String type, String signature, String[] exceptions) {
            members.add(method);
            locks |= (access & Opcodes.ACC_SYNCHRONIZED) != 0;
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitInsn(int instruction) {
                    locks |= instruction == Opcodes.MONITORENTER;
                }
            };
        }
    }

    @Test
    void shouldNameEachClassThatLocks() {
        Set<String> named = lines.stream()
                .flatMap(line -> WORD.matcher(line).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        assertThat(CLASSES.stream().filter(Seen::locks))
                .hasSizeGreaterThan(50)
                .allSatisfy(seen -> assertThat(named)
                        .as("has a lock or uses one: %s", seen.names())
                        .contains(seen.names().get(seen.names().size() - 1)));
    }

    @Test
    void shouldNameEachSharedField() {
        Set<String> missing = new TreeSet<>();
        for (Seen seen : CLASSES) {
            for (String field : seen.shared()) {
                if (lines.stream().noneMatch(line -> isNamed(line, seen.names(), field))) {
                    missing.add(String.join(".", seen.names()) + "." + field);
                }
            }
        }
        assertThat(missing).as("volatile or atomic, and in no row").isEmpty();
    }

    private static boolean isNamed(String line, List<String> classes, String field) {
        Set<String> words = words(line);
        return words.contains(field) && classes.stream().anyMatch(words::contains);
    }

    /** A row whose first cell is a class: what is code in the others is a member of it, or a class. */
    @Test
    void shouldNameWhatExists() {
        Set<String> missing = new TreeSet<>();
        for (String line : lines) {
            Set<String> members = words(line.split("\\|", 3).length < 3 ? "" : line.split("\\|", 3)[1]).stream()
                    .flatMap(name -> MEMBERS.getOrDefault(name, Set.of()).stream())
                    .collect(Collectors.toSet());
            if (line.startsWith("| `") && !members.isEmpty()) {
                CODE.matcher(line)
                        .results()
                        .flatMap(code -> Stream.of(code.group(1).split("\\.")))
                        .filter(name -> FIELD.matcher(name).matches() && !name.equals("class"))
                        .filter(name -> !members.contains(name) && !ofOthers(name, line))
                        .forEach(name -> missing.add(name + " in: " + line));
            }
        }
        assertThat(missing).isEmpty();
    }

    /** A member of a class that another cell names. */
    private static boolean ofOthers(String name, String line) {
        return words(line).stream()
                .anyMatch(word -> MEMBERS.getOrDefault(word, Set.of()).contains(name));
    }

    private static Set<String> words(String line) {
        return WORD.matcher(line).results().map(MatchResult::group).collect(Collectors.toSet());
    }
}
