using System.Text.RegularExpressions;
using CsCheck;

namespace Call112.Messages.Tests;

public partial class TopicsTests
{
    /// <summary>The pattern as the contract prints it ("Rules for every message").</summary>
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{1,38}[a-z0-9]\z")]
    private static partial Regex ContractName { get; }

    [Theory]
    [InlineData("pkm-gogagoman", true)]
    [InlineData("abc", true)]
    [InlineData("a--b", true)]
    [InlineData("ab", false)]
    [InlineData("-abc", false)]
    [InlineData("abc-", false)]
    [InlineData("Abc", false)]
    [InlineData("a+c", false)]
    [InlineData("a#c", false)]
    [InlineData("a/c", false)]
    [InlineData("a\0c", false)]
    [InlineData("abc\n", false)]
    [InlineData("ab\u0441", false)]
    [InlineData("\u0661\u0662\u0663", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_station_id_is_three_to_forty_small_letters_digits_and_hyphens(string? name, bool valid) =>
        Assert.Equal(valid, Topics.IsValidName(name));

    [Fact]
    public void Forty_characters_are_a_name_and_forty_one_are_not()
    {
        Assert.True(Topics.IsValidName(new string('a', Topics.NameMaxLength)));
        Assert.False(Topics.IsValidName(new string('a', Topics.NameMaxLength + 1)));
    }

    [Fact]
    public void A_name_is_valid_exactly_when_the_pattern_of_the_contract_matches() =>
        Gen.OneOf(MessageGen.Name, Gen.Char["ab09-A+/\n"].Array[0, 45].Select(letters => new string(letters)), MessageGen.Text)
            .Sample(name => Assert.Equal(ContractName.IsMatch(name), Topics.IsValidName(name)), iter: 10_000);

    [Theory]
    [InlineData(TopicKind.StationDispatch, "call112/v1/stations/pkm-gogagoman/dispatch")]
    [InlineData(TopicKind.GroupDispatch, "call112/v1/groups/pkm-gogagoman/dispatch")]
    [InlineData(TopicKind.Command, "call112/v1/stations/pkm-gogagoman/command")]
    [InlineData(TopicKind.Receipt, "call112/v1/stations/pkm-gogagoman/receipt")]
    [InlineData(TopicKind.Report, "call112/v1/stations/pkm-gogagoman/report")]
    [InlineData(TopicKind.State, "call112/v1/stations/pkm-gogagoman/state")]
    [InlineData(TopicKind.Heartbeat, "call112/v1/stations/pkm-gogagoman/heartbeat")]
    [InlineData(TopicKind.Telemetry, "call112/v1/stations/pkm-gogagoman/telemetry")]
    [InlineData(TopicKind.Acceptance, "call112/v1/stations/pkm-gogagoman/acceptance")]
    [InlineData(TopicKind.CenterHeartbeat, "call112/v1/center/heartbeat")]
    [InlineData(TopicKind.CertificateRequest, "call112/v1/stations/pkm-gogagoman/certificate-request")]
    [InlineData(TopicKind.Certificate, "call112/v1/stations/pkm-gogagoman/certificate")]
    public void Every_topic_is_built_as_the_contract_prints_it_and_recognised_again(TopicKind kind, string topic)
    {
        Assert.Equal(topic, Build(kind, Wire.Station));
        Assert.True(Topics.TryParse(topic, out var parsed));
        Assert.Equal(new Topic(kind, kind == TopicKind.CenterHeartbeat ? "" : Wire.Station), parsed);
    }

    [Fact]
    public void Every_built_topic_is_recognised_with_its_name() => Gen.Select(Gen.Enum<TopicKind>(), MessageGen.Name).Sample((kind, name) =>
    {
        Assert.True(Topics.TryParse(Build(kind, name), out var parsed));
        Assert.Equal(new Topic(kind, kind == TopicKind.CenterHeartbeat ? "" : name), parsed);
    });

    [Fact]
    public void No_builder_takes_an_invalid_name()
    {
        foreach (var kind in Enum.GetValues<TopicKind>().Where(kind => kind != TopicKind.CenterHeartbeat))
            foreach (var name in (string[])["", "ab", "+", "#", "a/b", "pkm-gogagoman/dispatch", "PKM", "$SYS"])
                Assert.Throws<ArgumentException>(() => Build(kind, name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("call112/v1/stations/pkm-gogagoman")]
    [InlineData("call112/v1/stations/pkm-gogagoman/dispatch/")]
    [InlineData("/call112/v1/stations/pkm-gogagoman/dispatch")]
    [InlineData("call112/v2/stations/pkm-gogagoman/dispatch")]
    [InlineData("Call112/v1/stations/pkm-gogagoman/dispatch")]
    [InlineData("call112/v1/stations/+/dispatch")]
    [InlineData("call112/v1/stations//dispatch")]
    [InlineData("call112/v1/stations/PKM/dispatch")]
    [InlineData("call112/v1/groups/puskesmas/command")]
    [InlineData("call112/v1/stations/pkm-gogagoman/Dispatch")]
    [InlineData("call112/v1/center/heartbeat/")]
    [InlineData("call112/v1/center/pkm-gogagoman/heartbeat")]
    [InlineData("$SYS/broker/uptime")]
    public void Any_other_topic_is_not_recognised(string topic) => Assert.False(Topics.TryParse(topic, out _));

    [Fact]
    public void Random_topics_are_never_more_than_not_recognised() =>
        Gen.OneOf(MessageGen.Text, Gen.OneOf("call112", "v1", "stations", "groups", "dispatch", "abc", "", "+").Array[0, 7].Select(parts => string.Join('/', parts)))
            .Sample(
                topic =>
                {
                    if (Topics.TryParse(topic, out var parsed))
                        Assert.Equal(topic, Build(parsed.Kind, parsed.Name));
                },
                iter: 5_000);

    [Fact]
    public void The_filters_of_a_centre_name_every_topic_of_a_station_with_one_wildcard()
    {
        foreach (var kind in Enum.GetValues<TopicKind>().Where(kind => kind is not (TopicKind.CenterHeartbeat or TopicKind.GroupDispatch)))
            Assert.Equal(Build(kind, Wire.Station).Replace(Wire.Station, "+", StringComparison.Ordinal), Topics.OfAllStations(kind));
        Assert.Throws<ArgumentException>(() => Topics.OfAllStations(TopicKind.CenterHeartbeat));
    }

    internal static string Build(TopicKind kind, string name) => kind switch
    {
        TopicKind.StationDispatch => Topics.Dispatch(name),
        TopicKind.GroupDispatch => Topics.GroupDispatch(name),
        TopicKind.Command => Topics.Command(name),
        TopicKind.Receipt => Topics.Receipt(name),
        TopicKind.Report => Topics.Report(name),
        TopicKind.State => Topics.State(name),
        TopicKind.Heartbeat => Topics.Heartbeat(name),
        TopicKind.Telemetry => Topics.Telemetry(name),
        TopicKind.Acceptance => Topics.Acceptance(name),
        TopicKind.CenterHeartbeat => Topics.CenterHeartbeat,
        TopicKind.CertificateRequest => Topics.CertificateRequest(name),
        TopicKind.Certificate => Topics.Certificate(name),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
