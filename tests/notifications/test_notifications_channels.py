"""Ways out of the house: the console says little, the gateway takes each letter once."""

import json

import pytest
from citizens import NOW

from medkarta.config import environment
from medkarta.demo.standins.server import Mood, Reply, StandIn
from medkarta.foundation.outgoing import OutsideSilentError, OutsideTooMuchError
from medkarta.notifications import actions, channels
from medkarta.notifications.models import Message

GATEWAY = "medkarta.notifications.channels.GatewayChannel"
TOKEN = "gate-token-5"


class Gateway:
    """The operator's gateway: takes letters, and knows one by its key."""

    def __init__(self):
        self.asked = []
        self.status = 202
        self.stand_in = StandIn({("POST", "/messages"): self.take}).start()

    def take(self, asked):
        self.asked.append(asked)
        return Reply(status=self.status, body=b"{}")


@pytest.fixture
def gateway(settings, tmp_path):
    class FolderAsHome:
        gateway_token = tmp_path / "gateway_token"

    FolderAsHome.gateway_token.write_text(f"{TOKEN}\n")
    gateway = Gateway()
    settings.HOME = FolderAsHome()
    settings.MESSAGE_GATEWAY = gateway.stand_in.origin
    settings.NOTIFICATION_CHANNEL = GATEWAY
    yield gateway
    gateway.stand_in.stop()


def send():
    actions.send(
        key="k1",
        address="anna@example.test",
        subject="Письмо",
        body="Код 739-204",
        now=NOW,
        secret=True,
    )
    return Message.objects.get()


def deliver():
    actions.deliver(message_id=Message.objects.get().id, now=NOW)


@pytest.mark.django_db(transaction=True)
class TestGateway:
    def test_takes_the_letter_with_our_token_and_the_messages_own_key(self, gateway):
        message = send()
        deliver()
        (asked,) = gateway.asked
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        assert asked.headers["idempotency-key"] == str(message.id)
        assert json.loads(asked.body) == {
            "id": str(message.id),
            "to": "anna@example.test",
            "subject": "Письмо",
            "text": "Код 739-204",
            "created_at": NOW.isoformat(),
        }
        assert Message.objects.get().sent_at == NOW

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_after_any_2xx_nothing_is_sent_again(self, gateway, status):
        gateway.status = status
        send()
        deliver()
        deliver()
        assert len(gateway.asked) == 1

    @pytest.mark.parametrize("status", [302, 400, 401, 429, 503])
    def test_any_other_answer_leaves_it_to_be_tried_again_under_the_same_key(self, gateway, status):
        gateway.status = status
        send()
        with pytest.raises(channels.GatewayRefusedError):
            deliver()
        assert Message.objects.get().sent_at is None
        gateway.status = 202
        deliver()
        assert len({asked.headers["idempotency-key"] for asked in gateway.asked}) == 1
        assert len(gateway.asked) == 2
        assert json.loads(gateway.asked[1].body)["text"] == "Код 739-204"

    @pytest.mark.parametrize(
        ("mood", "error"),
        [
            (Mood.DOWN, OutsideSilentError),
            (Mood.BROKEN, channels.GatewayRefusedError),
            (Mood.FLOOD, OutsideTooMuchError),
        ],
    )
    def test_in_a_bad_mood_it_loses_nothing(self, gateway, mood, error):
        send()
        gateway.stand_in.be(mood)
        with pytest.raises(error):
            deliver()
        assert Message.objects.get().sent_at is None
        gateway.stand_in.be(Mood.WELL)
        deliver()
        assert len(gateway.asked) == 1

    def test_slow_is_not_lost(self, gateway):
        send()
        gateway.stand_in.be(Mood.SLOW, seconds=0.2)
        deliver()
        assert Message.objects.get().sent_at == NOW

    def test_taken_with_an_odd_body_is_taken(self, gateway):
        send()
        gateway.stand_in.be(Mood.NONSENSE)
        deliver()
        assert Message.objects.get().sent_at == NOW

    @pytest.mark.parametrize("text", [None, "\n"])
    def test_without_a_token_nothing_leaves(self, gateway, settings, text):
        file = settings.HOME.gateway_token
        file.unlink() if text is None else file.write_text(text)
        send()
        with pytest.raises(channels.GatewayTokenMissingError):
            deliver()
        assert gateway.asked == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("demo", [True, False])
def test_the_console_names_no_address_and_no_code_of_real_people(settings, capsys, demo):
    settings.NOTIFICATION_CHANNEL = "medkarta.notifications.channels.ConsoleChannel"
    settings.DEMO = demo
    send()
    deliver()
    said = capsys.readouterr().out
    assert "a•••@example.test" in said
    assert "Письмо" in said
    assert "anna" not in said
    assert ("739-204" in said) is demo


class TestSettings:
    def test_the_file_is_what_goes_by_itself(self):
        assert environment.read({}).messages == "file"

    @pytest.mark.parametrize(
        "given",
        [
            {"MEDKARTA_MESSAGES": "pigeon"},
            {"MEDKARTA_MESSAGES": "gateway"},
            {
                "MEDKARTA_MESSAGES": "gateway",
                "MEDKARTA_MESSAGE_GATEWAY": "http://gateway.example",
            },
            {"MEDKARTA_MESSAGE_GATEWAY": "https://gateway.example/path"},
            {"MEDKARTA_QUICK_EXIT_URL": "http://weather.example"},
            {"MEDKARTA_QUICK_EXIT_URL": "javascript:alert(1)"},
            {"MEDKARTA_QUICK_EXIT_URL": "https://weather.example/\"'><script>"},
            {"MEDKARTA_QUICK_EXIT_URL": "https://me:pass@weather.example"},
        ],
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, given):
        with pytest.raises(environment.WrongSettingError, match="MEDKARTA_"):
            environment.read(given)

    def test_a_gateway_of_this_machine_or_over_tls_will_do(self):
        for origin in ("http://localhost:9", "https://gateway.example"):
            given = {"MEDKARTA_MESSAGES": "gateway", "MEDKARTA_MESSAGE_GATEWAY": origin}
            assert environment.read(given).message_gateway == origin
