// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.SourceTree;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What Kafka does not promise, and the tests that it is refused, or that what holds instead does. Keeps this list, the
 * rows of the contract that {@link KafkaQueueIT} has rows of its own for, and docs/many-machines.md together.
 */
class KafkaPromisesTest {

    private static final Map<String, List<String>> LESS = new LinkedHashMap<>();

    private static void less(String title, String... tests) {
        LESS.put(title, List.of(tests));
    }

    static {
        less(
                "`maxSize`, `maxLeases`, `segmentBytes`, `retainedSegments`, `sync`.",
                "kafka.KafkaQueueProviderIT#shouldRefuseWhatKafkaDoesNotPromise",
                "queue.KafkaQueueIT#shouldSayThatItIsFull",
                "queue.KafkaQueueIT#shouldWakeProducerByTake",
                "queue.KafkaQueueIT#shouldPutAllThroughSmallQueue",
                "queue.KafkaQueueIT#shouldEndWaitByInterrupt",
                "queue.KafkaQueueIT#shouldWakeAllWhoWaitByShutdown",
                "queue.KafkaQueueIT#shouldWakeAllWhoWaitByClose");
        less("`maxAttempts`.", "kafka.KafkaQueueProviderIT#shouldRefuseWhatKafkaDoesNotPromise");
        less(
                "Order.",
                "queue.KafkaQueueIT#shouldHandEachElementToOneConsumerAndKeepProducersOrder",
                "queue.KafkaQueueIT#shouldKeepInOrderWhatTargetOfDrainRefuses");
        less("`qsize`, `empty`.", "queue.KafkaQueueIT#shouldAgreeAboutSizeUnderTraffic");
        less(
                "`stats`.",
                "queue.KafkaQueueIT#shouldArriveAttachedToTheSameQueue",
                "queue.KafkaQueueIT#shouldDetachWhatWasPassedWhenNothingRefersToIt",
                "kafka.KafkaQueueCrashIT#shouldLeaveGroupWithConsumersThatNobodyNeeds");
        less(
                "`attempts`.",
                "kafka.KafkaQueueCrashIT#shouldDeliverAgainWhatKilledConsumersHeldAndGiveItUpAtLast",
                "queue.KafkaClusterIT#shouldLoseNothingThatWasConfirmed");
        less(
                "`release`.",
                "queue.KafkaDeliveryIT#shouldCountNoAttemptThatWasReleased",
                "queue.KafkaQueueIT#shouldCountAttemptOfReleasedElementThatOthersTake");
        less("`nack` with a delay.", "queue.KafkaQueueIT#shouldGiveBackAtOnceWhatWaitsForItsDelayWhenItsHandleCloses");
        less(
                "A lease.",
                "kafka.KafkaQueueCrashIT#shouldKeepLeaseOfConsumerThatTakesLong",
                "kafka.KafkaQueueCrashIT#shouldDeliverAgainWhatStoppedConsumerHeldAndTellItThatItIsTooLate");
        less(
                "`taskDone`.",
                "queue.KafkaQueueIT#shouldJoinWhenEveryTaskIsDone",
                "queue.KafkaQueueIT#shouldTakeNoNoticeOfInterruptWhereNothingWaits",
                "queue.KafkaQueueIT#shouldGiveToOthersWhatHandleKeptWhenItCloses");
        less(
                "`join`.",
                "queue.KafkaQueueIT#shouldJoinWhenEveryTaskIsDone",
                "queue.KafkaQueueIT#shouldStayAttachedToWhatWasPassedAsLongAsItIsUsed");
        less(
                "`getNow`, `poll`, short timeouts.",
                "queue.KafkaQueueIT#shouldFindElementsAndRoomThatAreThereHoweverShortTheTimeout",
                "kafka.KafkaPoorNetworkIT#shouldFindWhatIsThereHoweverLongItTakesToJoin");
        less("`awaitReady`.", "queue.KafkaQueueIT#shouldSayReadyOfWhatIsOutElsewhere");
        less(
                "An element that its codec cannot decode.",
                "queue.KafkaQueueIT#shouldHandOutBytesOfElementThatCannotBeDecoded",
                "queue.KafkaQueueIT#shouldBeDoneAtLastWithWhatCodecAlwaysFailsToDecode",
                "queue.KafkaQueueIT#shouldKeepWhatCodecFailedToDecode",
                "queue.KafkaQueueIT#shouldRefuseCodecThatDecodesToNull");
        less(
                "`browse`, iterators, `peek`.",
                "queue.KafkaQueueIT#shouldLookWithoutTaking",
                "queue.KafkaQueueIT#shouldAlwaysShowSomethingWhileSomethingIsThere");
        less("`replay`.", "queue.KafkaQueueIT#shouldReplayWhatIsDoneWithUntilItIsRemoved");
        less("`put` with a timeout.", "kafka.KafkaPoorNetworkIT#shouldEndEachCallByItsTimeoutAndGoOnLater");
        less("`put` that fails.", "kafka.KafkaPoorNetworkIT#shouldEndEachCallByItsTimeoutAndGoOnLater");
        less("`shutdown`.", "queue.KafkaQueueIT#shouldTellOthersOfShutdownAMomentLater");
        less(
                "`create`, anonymous queues, `directory`.",
                "queue.KafkaQueueIT#shouldShowElementsAsTheyWereEncoded",
                "queue.KafkaQueueIT#shouldEndForAllWhenCreatorOfAnonymousQueueCloses",
                "queue.KafkaQueueIT#shouldNotArriveWhenDeleted",
                "queue.KafkaQueueIT#shouldStayWhenClosedAndGoWhenDeleted");
        less(
                "`delete` while a process stands still.",
                "kafka.KafkaQueueCrashIT#shouldTouchNothingOfNewQueueThatHasTheNameOfDeletedOne");
        less("`close` on a cut network.", "kafka.KafkaPoorNetworkIT#shouldCloseOnCutNetworkHoweverLongCallsMayTake");
        less("A machine crashes.", "queue.KafkaClusterIT#shouldLoseNothingThatWasConfirmed");
    }

    @Test
    void shouldListWhatTheDocumentLists() throws IOException {
        List<String> lines = Files.readAllLines(SourceTree.root().resolve("docs/many-machines.md"));
        List<String> titles = lines.stream()
                .skip(lines.indexOf("### What Kafka does not promise") + 1L)
                .takeWhile(line -> !line.startsWith("#"))
                .filter(line -> line.startsWith("- **"))
                .map(line -> line.substring("- **".length(), line.indexOf("**", "- **".length())))
                .toList();
        assertThat(titles).containsExactlyElementsOf(LESS.keySet());
    }

    @Test
    void shouldHaveTestForEach() throws ClassNotFoundException {
        for (String test : LESS.values().stream().flatMap(List::stream).toList()) {
            String[] names = test.split("#");
            assertThat(testsOf(Class.forName("io.ipcq." + names[0]), any -> true))
                    .as(test)
                    .contains(names[1]);
        }
    }

    /** What is not listed is the contract as it stands; none of it is switched off. */
    @Test
    void shouldHaveRowsOfItsOwnOnlyForThose() {
        Set<String> rows = testsOf(SharedQueueContract.class, any -> true);
        Set<String> own = testsOf(KafkaQueueIT.class, method -> method.getDeclaringClass() == KafkaQueueIT.class);
        Set<String> listed = LESS.values().stream()
                .flatMap(List::stream)
                .filter(test -> test.startsWith("queue.KafkaQueueIT#"))
                .map(test -> test.substring(test.indexOf('#') + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(own.stream().filter(rows::contains)).isSubsetOf(listed);
        assertThat(testsOf(DeliveryContract.class, any -> true))
                .isEqualTo(
                        testsOf(KafkaDeliveryIT.class, method -> method.getDeclaringClass() == DeliveryContract.class));
        assertThat(rows).isSubsetOf(testsOf(KafkaQueueIT.class, any -> true));
        assertThat(testsOf(KafkaQueueIT.class, any -> true)).containsAll(RowsInProfile.ALWAYS);
    }

    /** As they run: what a class overrides hides what it has from another. */
    private static Set<String> testsOf(Class<?> type, Predicate<Method> which) {
        Map<String, Method> methods = new TreeMap<>();
        for (Class<?> each = type; each != Object.class; each = each.getSuperclass()) {
            for (Method method : each.getDeclaredMethods()) {
                methods.putIfAbsent(method.getName(), method);
            }
        }
        return methods.values().stream()
                .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
                .filter(method -> !AnnotationSupport.isAnnotated(method, Disabled.class))
                .filter(which)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
