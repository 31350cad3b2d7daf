using System.Text.Json.Nodes;

namespace Call112.Messages.Tests;

/// <summary>The command Update: every field of its offer is judged before anything is fetched, and named when it is wrong.</summary>
public class UpdateOfferTests
{
    private static readonly Wire s_command = Wire.Of("command");

    [Fact]
    public void An_offer_is_read_as_it_was_sent()
    {
        var command = MessageReader.ReadCommand(s_command.ExampleBytes).Value!;
        const string Url = "https://call112.example/call112_1.2.0.raucb", Sha256 = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea";
        Assert.Equal(new UpdateOffer("1.2.0", Url, 211_862_775, Sha256), command.Update);
    }

    [Theory]
    [InlineData("version", "\"v1.2\"")]
    [InlineData("version", "\"1.2-3\"")]
    [InlineData("version", "\"1.2/../3\"")]
    [InlineData("version", "\"1.2 3\"")]
    [InlineData("url", "\"\"")]
    [InlineData("url", "\"call112.example/x.raucb\"")]
    [InlineData("url", "\"/x.raucb\"")]
    [InlineData("url", "\"file:///x.raucb\"")]
    [InlineData("url", "\"ftp://call112.example/x.raucb\"")]
    [InlineData("url", "\"https://city:secret@call112.example/x.raucb\"")]
    [InlineData("url", "\"https://\"")]
    [InlineData("bytes", "0")]
    [InlineData("bytes", "-1")]
    [InlineData("bytes", "2147483649")]
    [InlineData("sha256", "\"3F79BB7B435B05321651DAEFD374CDC681DC06FAA65E374E38337B88CA046DEA\"")]
    [InlineData("sha256", "\"3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046de\"")]
    [InlineData("sha256", "\"../9bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea0\"")]
    [InlineData("metered", "1")]
    public void A_field_that_no_box_could_follow_is_refused_by_its_name(string field, string json) =>
        s_command.RefusesNaming($"update.{field}", With(field, json));

    [Fact]
    public void An_address_or_a_version_of_the_greatest_length_is_taken_and_a_longer_one_is_not()
    {
        var url = $"https://call112.example/{new string('x', UpdateOffer.UrlMaxLength - 24)}";
        Assert.Equal(UpdateOffer.UrlMaxLength, url.Length);
        Assert.NotNull(s_command.ReadText(With("url", $"\"{url}\"")).Value);
        s_command.RefusesNaming("update.url", With("url", $"\"{url}x\""));
        Assert.NotNull(s_command.ReadText(With("version", $"\"{new string('1', UpdateOffer.VersionMaxLength)}\"")).Value);
        s_command.RefusesNaming("update.version", With("version", $"\"{new string('1', UpdateOffer.VersionMaxLength + 1)}\""));
    }

    [Fact]
    public void Every_wrong_field_is_named_not_only_the_first()
    {
        var parsed = MessageReader.ReadCommand("""{"command":"Update","update":{"version":"x","url":"x","bytes":0,"sha256":"x"}}"""u8.ToArray());
        Assert.Equal(["update.bytes", "update.version", "update.url", "update.sha256"], parsed.Errors.Select(error => error.Field));
    }

    [Fact]
    public void An_Update_without_an_offer_is_malformed() => s_command.RefusesNaming("update", """{"command":"Update"}""");

    [Theory]
    [InlineData("{}")]
    [InlineData("\"1.2.0\"")]
    [InlineData("{\"version\":\"x\"}")]
    public void Any_other_command_ignores_an_offer_whatever_it_is(string offer)
    {
        var reading = s_command.ReadText($$"""{"command":"Identify","update":{{offer}}}""");
        Assert.Equal(new StationCommand(CommandKind.Identify), reading.Value);
    }

    private static string With(string field, string json)
    {
        var tree = s_command.ExampleTree();
        tree["update"]![field] = JsonNode.Parse(json);
        return tree.ToJsonString();
    }
}
