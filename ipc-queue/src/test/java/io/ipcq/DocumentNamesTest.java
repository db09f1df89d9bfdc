// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each class that documents and package-info name exists, here or where a list says; and so does what they name of a
 * class.
 */
class DocumentNamesTest {

    /** What stands between backticks, within a paragraph. */
    private static final Pattern MARKDOWN_CODE = Pattern.compile("`([^`\\n]+(?:\\n[^`\\n]+)?)`");

    private static final Pattern FENCED = Pattern.compile("^```.*?^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern JAVADOC_CODE = Pattern.compile("\\{@(?:code|link)\\s+([^}]+)}");

    /** In a picture or a tree of locks, only what is a class beyond doubt. */
    private static final Pattern PICTURE = Pattern.compile("^(?: {4}| \\*  ).*$", Pattern.MULTILINE);

    private static final Pattern TWO_HUMPS = Pattern.compile("(?<![-\\w])[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\\b");

    /** A class, and what is named of it: {@code PoolWorker.held}. */
    private static final Pattern NAME =
            Pattern.compile("(?<![\\w$/#-])(?:[a-z]\\w*[./])*([A-Z]\\w*[a-z]\\w*)((?:\\.[A-Za-z]\\w*)*)");

    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|interface|record|enum) ([A-Z]\\w*)");

    /** Names from elsewhere. Keep it short: a class of ours with such a name could go unnoticed. */
    private static final Set<String> ELSEWHERE = Set.of("""
            # the JDK
            ArrayList AssertionError AtomicReference AtomicReferenceArray BigDecimal BigInteger BlockingQueue
            Calendar Class ClassNotFoundException Cleaner Collection CompletableFuture Condition Date DelayQueue Double Duration EOFException Error
            ExecutorService File FileChannel FileLock HashMap HashSet IllegalStateException InetAddress Instant
            Integer InternalError Iterator LinkedBlockingQueue LinkedHashMap List Locale Lock Long Map MessageDigest
            NoClassDefFoundError Number Object ObjectInputStream Optional OutOfMemoryError Path Pattern Process
            ProcessBuilder Queue ReentrantLock RuntimeException SecureRandom Selector Serializable Set Signal StackOverflowError
            Predicate Stream String System Thread Timestamp Unsafe VarHandle
            # Spring, and systemd
            EventListener ExponentialBackOff KillMode RestController SpringBootTest
            # Jackson
            JsonAlias JsonIgnore JsonInclude JsonProperty JsonTypeInfo JsonValue Id
            # Chronicle
            BackgroundResourceReleaser PriorityHook SCQMeta SCQSIndexing SCQSRoll SCQStore STStore WireType
            # Agrona
            ManyToOneRingBuffer
            # Python
            BrokenProcessPool Full JoinableQueue Pool ProcessPoolExecutor SimpleQueue SyncManager True
            # options of a JVM
            AOTCache AOTCacheOutput SharedArchiveFile StartFlightRecording TieredStopAtLevel UseCountedLoopSafepoints
            # events of ours, which are named otherwise than their classes
            Redelivery SegmentRoll Takeover WorkerCrash
            # headers of HTTP, and browsers
            Authorization EventSource Host Origin Sec
            # Kafka's clients, and meters of its brokers
            KafkaProducer KafkaShareConsumer
            UnderMinIsrPartitionCount UnderReplicatedPartitions
            # attributes of a manifest
            Add Bundle DynamicImport Enable
            # what an example calls its own, and parts of names
            Bad Helper KillPointIT Type Util XContract XCrashIT XTest
            # words of messages, and the first word of a comment
            Idea No Too Unreleased
            # ends of names of methods
            Acquire Fenced Release Volatile
            """.lines()
            .filter(line -> !line.startsWith("#"))
            .flatMap(line -> Stream.of(line.split(" ")))
            .toArray(String[]::new));

    /** Of this project, with the sources in which they stand: of some names there are several. */
    private final Map<String, List<String>> classes = new HashMap<>();

    private final Set<String> missing = new TreeSet<>();

    @Test
    void shouldNameWhatExists() throws IOException {
        Path root = SourceTree.root();
        List<Path> documents = new ArrayList<>(SourceTree.list(root, "*.md"));
        documents.addAll(SourceTree.list(root.resolve("docs"), "*.md"));
        documents.addAll(SourceTree.list(root.resolve("benchmarks"), "*.md"));
        documents.removeIf(document -> document.endsWith("CHANGELOG.md")); // it tells of what was
        for (Path module : SourceTree.modules("*", "src")) {
            for (Path source : SourceTree.sources(module)) {
                String text = Files.readString(source);
                DECLARATION.matcher(text).results().forEach(declared -> declare(declared.group(1), text));
                if (source.endsWith("package-info.java")) {
                    documents.add(source);
                }
            }
        }
        for (Path document : documents) {
            String text = Files.readString(document);
            check(root.relativize(document), document.toString().endsWith(".md") ? markdown(text) : javadoc(text));
        }
        assertThat(documents).hasSizeGreaterThan(20);
        assertThat(classes.keySet())
                .contains("SharedQueue", "ProcessPool", "Ipcq", getClass().getSimpleName());
        assertThat(missing).as("what is named and does not exist").isEmpty();
    }

    private void declare(String name, String source) {
        classes.computeIfAbsent(name, any -> new ArrayList<>()).add(source);
    }

    private static Stream<String> markdown(String text) {
        String outside = FENCED.matcher(text).replaceAll("");
        return Stream.concat(inside(MARKDOWN_CODE, outside), pictured(outside));
    }

    private static Stream<String> javadoc(String text) {
        return Stream.concat(inside(JAVADOC_CODE, text), pictured(text));
    }

    private static Stream<String> inside(Pattern code, String text) {
        return code.matcher(text).results().map(found -> found.group(1));
    }

    private static Stream<String> pictured(String text) {
        return PICTURE.matcher(text)
                .results()
                .flatMap(line -> TWO_HUMPS.matcher(line.group()).results())
                .map(MatchResult::group);
    }

    private void check(Path document, Stream<String> codes) {
        codes.forEach(code -> NAME.matcher(code).results().forEach(name -> {
            if (!exists(name.group(1), name.group(2))) {
                missing.add(name.group(1) + name.group(2) + " in " + document);
            }
        }));
    }

    private boolean exists(String name, String members) {
        if (ELSEWHERE.contains(name)) {
            return true;
        }
        List<String> ours = classes.getOrDefault(name, List.of());
        return !ours.isEmpty()
                && Stream.of(members.split("\\."))
                        .filter(member -> !member.isEmpty() && !member.equals("java"))
                        .map(member -> Pattern.compile("\\b" + member + "\\b"))
                        .allMatch(member -> ours.stream()
                                .anyMatch(text -> member.matcher(text).find()));
    }
}
