package io.autoscale.reactor.sns;

import java.time.Duration;
import java.util.function.Function;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;

/**
 * Confirms the subscription of this webhook to an allowed topic, by the SNS API and never by visiting a URL. Afterwards
 * only the topic's owner or the subscriber's account can end it.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html">ConfirmSubscription</a>
 */
public class Subscriptions {

    /** Beside the certificate's download this must fit into the 10 s of an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger("receive");

    private final SnsSettings settings;
    private final Function<Region, SnsClient> clients;

    public Subscriptions(SnsSettings settings, Function<Region, SnsClient> clients) {
        this.settings = settings;
        this.clients = clients;
    }

    /** Whether {@link #confirm} is what this message asks for. */
    public boolean confirms(@Body Envelope envelope) {
        return envelope.type() == Envelope.Type.SUBSCRIPTION_CONFIRMATION
                && settings.confirm() == SnsSettings.Confirm.AUTO;
    }

    /**
     * @param envelope a verified SubscriptionConfirmation
     * @throws Unverifiable if SNS does not take it; SNS sends the message again
     */
    public void confirm(@Body Envelope envelope) throws Unverifiable {
        Region region = Region.of(new TopicArn(envelope.topicArn()).region());
        try {
            clients.apply(region).confirmSubscription(request -> request.topicArn(envelope.topicArn())
                    .token(envelope.token())
                    .authenticateOnUnsubscribe("true")
                    .overrideConfiguration(call -> call.apiCallTimeout(PATIENCE)));
        } catch (AwsServiceException e) {
            String code = e.awsErrorDetails() == null
                    ? ""
                    : PlainText.of(e.awsErrorDetails().errorCode(), 100);
            throw new Unverifiable(
                    "the subscription to " + envelope.topicArn() + " could not be confirmed: "
                            + (e.statusCode() == 403
                                    ? "these AWS credentials may not do so (" + code
                                            + "); allow them sns:ConfirmSubscription on the topic"
                                    : "SNS answered " + e.statusCode() + " " + code),
                    e);
        } catch (SdkException e) {
            throw new Unverifiable(
                    "the subscription to " + envelope.topicArn()
                            + " could not be confirmed: SNS was not reached, or there are no AWS credentials",
                    e);
        }
        LOG.info("Confirmed the subscription to {}.", envelope.topicArn());
    }
}
