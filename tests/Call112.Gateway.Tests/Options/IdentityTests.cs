using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.Messaging;

namespace Call112.Gateway.Tests.Options;

/// <summary>Certificates and keys that stand in station.json itself (decision 0019).</summary>
public sealed class IdentityTests : IDisposable
{
    /// <summary>Of a key for SMS, hex.</summary>
    private static readonly string s_smsKey = new('5', 64);

    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_uplink_with_tls_connects_with_it_but_the_one_that_names_files()
    {
        var root = Good();
        root["uplinks"]!.AsArray().Add(new JsonObject
        {
            ["name"] = "lte",
            ["broker"] = "mqtts://127.0.0.1",
            ["certificateFile"] = _files.In("broker.crt"),
            ["keyFile"] = _files.In("broker.key"),
        });
        var options = Read(root).Options!;
        var own = Assert.Single(new Credentials(options.Uplink).ToTry());
        Assert.Equal("CN=station", own.Own!.Subject);
        Assert.True(own.Own.HasPrivateKey);
        Assert.Single(own.Authorities!);
        var other = Assert.Single(new Credentials(options.SecondUplink!).ToTry());
        Assert.Equal("CN=broker", other.Own!.Subject);
        Assert.Single(other.Authorities!);
    }

    [Fact]
    public void Authorities_alone_are_enough_where_the_broker_asks_for_no_certificate()
    {
        var root = Good();
        root["identity"] = new JsonObject { ["authorities"] = Pem("ca.pem") };
        var material = Assert.Single(new Credentials(Read(root).Options!.Uplink).ToTry());
        Assert.Null(material.Own);
        Assert.Single(material.Authorities!);
    }

    [Theory]
    [InlineData("authorities", "", "identity.authorities", "no certificate")]
    [InlineData("authorities", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "identity.authorities", "")]
    [InlineData("certificate", "nothing", "identity.certificate", "")]
    [InlineData("certificate", null, "identity.certificate", "go together")]
    [InlineData("key", null, "identity.key", "go together")]
    [InlineData("key", "nothing", "identity.key", "not the key")]
    public void What_is_wrong_in_it_is_named_by_its_field(string field, string? value, string named, string reason)
    {
        var root = Good();
        root["identity"]![field] = value;
        var error = Assert.Single(Read(root).Errors);
        Assert.Equal(named, error.Field);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Anothers_certificate_or_key_and_an_uplink_without_tls_are_refused()
    {
        var another = Good();
        (another["identity"]!["certificate"], another["identity"]!["key"]) = (Pem("broker.crt"), Pem("broker.key"));
        Assert.Contains("is for 'broker'", Assert.Single(Read(another).Errors).Reason, StringComparison.Ordinal);

        var mixed = Good();
        mixed["identity"]!["key"] = Pem("broker.key");
        Assert.Equal("identity.key", Assert.Single(Read(mixed).Errors).Field);

        var plain = Good();
        plain["uplinks"]![0]!["broker"] = "mqtt://127.0.0.1";
        Assert.Equal("identity", Assert.Single(Read(plain).Errors).Field);

        var empty = Good();
        empty["identity"] = new JsonObject();
        Assert.Equal("identity", Assert.Single(Read(empty).Errors).Field);
    }

    [Fact]
    public void An_sms_key_may_stand_in_the_file_in_place_of_a_path_but_not_beside_one()
    {
        var root = Good();
        root["cellular"] = new JsonObject();
        root["sms"] = new JsonObject { ["enabled"] = true, ["replyTo"] = "+6281100112112", ["key"] = s_smsKey };
        Assert.Equal("station", Read(root).Options!.Sms!.Key.StationId);
        root["sms"]!["keyPath"] = "sms.key";
        Assert.Equal("sms.key", Assert.Single(Read(root).Errors).Field);
        root["sms"]!.AsObject().Remove("keyPath");
        root["sms"]!["key"] = "5555";
        var error = Assert.Single(Read(root).Errors);
        Assert.Equal("sms.key", error.Field);
        Assert.DoesNotContain("5555", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_config_shows_neither_key()
    {
        var root = Good();
        root["cellular"] = new JsonObject();
        root["sms"] = new JsonObject { ["enabled"] = true, ["replyTo"] = "+6281100112112", ["key"] = s_smsKey };
        var shown = JsonSerializer.Serialize(OptionsWriter.ToFile(Read(root).Options!), StationFileJsonContext.Default.StationFile);
        Assert.DoesNotContain("PRIVATE", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(s_smsKey, shown, StringComparison.Ordinal);
        Assert.Contains("BEGIN CERTIFICATE", shown, StringComparison.Ordinal);
        Assert.Equal(2, shown.Split("(secret)").Length - 1);
    }

    private JsonObject Good() => new()
    {
        // As PemFiles names the station's certificate.
        ["station"] = new JsonObject { ["id"] = "station" },
        ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = "mqtts://127.0.0.1" }),
        ["identity"] = new JsonObject { ["authorities"] = Pem("ca.pem"), ["certificate"] = Pem("station.crt"), ["key"] = Pem("station.key") },
    };

    private string Pem(string name) => File.ReadAllText(_files.In(name));

    private OptionsResult Read(JsonObject root)
    {
        File.WriteAllText(_files.In("station.json"), root.ToJsonString());
        return OptionsReader.Read(_files.In("station.json"), new Hashtable());
    }
}
