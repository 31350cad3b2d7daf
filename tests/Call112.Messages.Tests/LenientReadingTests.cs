using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>What must not silence a dispatch or a report: words and fields of a later version, late times, half a position.</summary>
public class LenientReadingTests
{
    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public void Unknown_fields_are_ignored_on_every_level(string name)
    {
        var wire = Wire.Of(name);
        var tree = wire.ExampleTree();
        AddUnknownFields(tree);

        Assert.Equal(wire.Write(wire.ReadText(wire.Example).Value!), wire.Write(wire.ReadText(tree.ToJsonString()).Value!));
    }

    [Fact]
    public void An_unknown_word_in_a_dispatch_takes_its_safest_default() => MessageGen.Text.Sample(
        word =>
        {
            var unknown = JsonValue.Create($"{word}?");
            var dispatch = ReadDispatch(tree =>
            {
                tree["messageType"] = unknown.DeepClone();
                tree["status"] = unknown.DeepClone();
                tree["incident"]!["category"] = unknown.DeepClone();
                tree["incident"]!["triage"] = unknown.DeepClone();
            });

            Assert.Equal(MessageType.Alert, dispatch.MessageType);
            Assert.Equal(DispatchStatus.Actual, dispatch.Status);
            Assert.Equal(Category.Other, dispatch.Incident!.Category);
            Assert.Null(dispatch.Incident.Triage);
        },
        iter: 500);

    [Theory]
    [InlineData("fire")]
    [InlineData(" Fire")]
    [InlineData("0")]
    [InlineData("Fire,Rescue")]
    [InlineData("")]
    public void Only_the_exact_name_of_a_category_counts(string word) =>
        Assert.Equal(Category.Other, ReadDispatch(tree => tree["incident"]!["category"] = word).Incident!.Category);

    [Fact]
    public void An_unknown_clock_or_source_of_a_report_claims_the_least()
    {
        var tree = Wire.Of("report").ExampleTree();
        tree["clock"] = "Atomic";
        tree["source"] = "Telepathy";

        var report = MessageReader.ReadReport(Encoding.UTF8.GetBytes(tree.ToJsonString())).Value!;

        Assert.Equal((ClockState.Unsynchronized, ReportSource.Automatic), (report.Clock, report.Source));
    }

    [Fact]
    public void A_dispatch_that_expires_before_it_was_sent_is_not_malformed()
    {
        var dispatch = ReadDispatch(tree => tree["expiresAt"] = "2026-11-23T06:05:07.119Z");
        Assert.True(dispatch.ExpiresAt < dispatch.SentAt);
    }

    [Theory]
    [InlineData("latitude")]
    [InlineData("longitude")]
    public void Half_a_position_is_dropped_and_the_address_stays(string present)
    {
        var dispatch = ReadDispatch(tree => tree["incident"]!["location"] = new JsonObject { ["address"] = "Jl. Adampe Dolot", [present] = 0.73 });
        Assert.Equal(new Location("Jl. Adampe Dolot"), dispatch.Incident!.Location);

        var tree = Wire.Of("telemetry").ExampleTree();
        tree.Remove(present == "latitude" ? "longitude" : "latitude");
        var telemetry = MessageReader.ReadTelemetry(Encoding.UTF8.GetBytes(tree.ToJsonString())).Value!;
        Assert.Equal((null, null), (telemetry.Latitude, telemetry.Longitude));
    }

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public void A_byte_order_mark_before_the_message_is_skipped(string name)
    {
        var wire = Wire.Of(name);
        Assert.NotNull(wire.Read((byte[])[0xEF, 0xBB, 0xBF, .. wire.ExampleBytes]).Value);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("2.0", 2)]
    [InlineData("20e-1", 2)]
    public void A_whole_number_may_be_written_in_any_JSON_form(string number, int priority)
    {
        var json = ContractExamples.Dispatch.Replace("\"priority\": 1", $"\"priority\": {number}", StringComparison.Ordinal);
        Assert.Equal(priority, MessageReader.ReadDispatch(Encoding.UTF8.GetBytes(json)).Value!.Incident!.Priority);
    }

    private static Dispatch ReadDispatch(Action<JsonObject> change)
    {
        var tree = Wire.Of("dispatch").ExampleTree();
        change(tree);
        var parsed = MessageReader.ReadDispatch(Encoding.UTF8.GetBytes(tree.ToJsonString()));
        Assert.True(parsed.Value is not null, parsed.Reason);
        return parsed.Value;
    }

    private static void AddUnknownFields(JsonObject tree)
    {
        foreach (var child in tree.Select(field => field.Value).OfType<JsonObject>())
            AddUnknownFields(child);
        tree["callerPhone"] = "+62 812";
        tree["later"] = new JsonObject { ["list"] = new JsonArray(1, null, "x"), ["category"] = "Fire" };
        tree["Sequence"] = -1;
    }
}
