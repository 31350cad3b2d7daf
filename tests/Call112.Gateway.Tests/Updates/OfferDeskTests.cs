using Call112.Gateway.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Updates;
using Call112.Gateway.Verbs;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.Updates;

/// <summary>The service's part in an update over the line: the offer goes to the disk once, and the state tells what becomes of it.</summary>
public sealed class OfferDeskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("call112-update-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static StationCommand Offer(string version, Guid? id = null) => new(
        CommandKind.Update,
        id ?? Guid.NewGuid(),
        Samples.Wall,
        new UpdateOffer(version, "https://call112.example/x.raucb", 211_862_775, new string('a', 64)));

    private static void Publish(StationWorld world, StationCommand command) =>
        world.Broker.Publish(Topics.Command(StationWorld.Id), MessageWriter.Write(command));

    private string? Waiting => File.Exists(Path.Combine(_folder, UpdateFolder.OfferFile))
        ? MessageReader.ReadCommand(File.ReadAllBytes(Path.Combine(_folder, UpdateFolder.OfferFile))).Value?.Update?.Version
        : null;

    private static async Task<OfferDesk> DeskAsync(StationWorld world, string? folder)
    {
        var desk = new OfferDesk(folder, world.Station, world.Vitals, world.Clock, NullLogger<OfferDesk>.Instance);
        await desk.StartAsync(CancellationToken.None);
        await world.StartAsync();
        return desk;
    }

    /// <summary>F6: the second uplink's copy, or one that is delivered again, is no new offer.</summary>
    [Fact]
    public async Task An_offer_is_laid_ready_once_for_each_command_id_and_a_newer_one_replaces_it()
    {
        await using var world = StationWorld.Create();
        using var desk = await DeskAsync(world, _folder);
        var id = Guid.NewGuid();
        Publish(world, Offer("1.2.0", id));
        await Wait.UntilAsync(() => Waiting == "1.2.0", "the offer is there");
        Publish(world, Offer("1.3.0"));
        await Wait.UntilAsync(() => Waiting == "1.3.0", "the newer one is there");
        Publish(world, Offer("1.2.0", id));
        Publish(world, Offer("1.4.0"));
        await Wait.UntilAsync(() => Waiting == "1.4.0", "the newest one is there");
        Assert.DoesNotContain(world.Journaled(), report => report.Event == ReportEvent.Rejected);
        await desk.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Only_a_command_under_an_id_that_is_new_is_a_command()
    {
        var offer = Offer("1.2.0");
        var arrived = new StationInput.CommandArrived(offer);
        Assert.Same(offer, Inbound.NewCommand(arrived, StationState.Empty));
        var senses = StationState.Empty.Senses;
        var known = StationState.Empty with { Senses = senses with { Commands = senses.Commands.Enqueue(offer.CommandId!.Value) } };
        Assert.Null(Inbound.NewCommand(arrived, known));
        Assert.NotNull(Inbound.NewCommand(new StationInput.CommandArrived(offer with { CommandId = null }), known));
        Assert.Null(Inbound.NewCommand(new StationInput.Stop(), StationState.Empty));
    }

    [Fact]
    public async Task What_becomes_of_it_is_told_in_the_state_cut_at_200_characters()
    {
        await using var world = StationWorld.Create();
        using var desk = await DeskAsync(world, _folder);
        await world.RunUntilAsync(() => world.StatusSent.Count > 0, 5, "a birth");
        Assert.Null(world.StatusSent[^1].Update);
        await SaysAsync("1.2.0: is being fetched", "1.2.0: is being fetched");
        await SaysAsync($"1.2.0: {new string('x', 400)}\nmore", $"1.2.0: {new string('x', 193)}");
        await desk.StopAsync(CancellationToken.None);

        async Task SaysAsync(string said, string told)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, UpdateFolder.SaidFile), said, TestContext.Current.CancellationToken);
            await world.RunUntilAsync(() => world.StatusSent[^1].Update == told, 60, "the state says it", stepSeconds: 0.1);
        }
    }

    [Fact]
    public async Task A_box_without_a_folder_says_that_it_takes_none()
    {
        await using var world = StationWorld.Create();
        using var desk = await DeskAsync(world, null);
        Publish(world, Offer("1.2.0"));
        await world.RunUntilAsync(() => world.StatusSent is [.., { Update: "this box takes no updates over the line" }], 5, "the state says it");
        await desk.StopAsync(CancellationToken.None);
    }

    /// <summary>F3: a disk that refuses costs the offer, and nothing else.</summary>
    [Fact]
    public async Task An_offer_that_cannot_be_stored_is_told_and_the_station_goes_on()
    {
        await using var world = StationWorld.Create();
        using var desk = await DeskAsync(world, Path.Combine(_folder, "nowhere"));
        Publish(world, Offer("1.2.0"));
        await world.RunUntilAsync(() => world.StatusSent is [.., { Update: "1.2.0: the offer cannot be stored" }], 5, "the state says it");
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, 5, "it sounds");
        Assert.False(desk.ExecuteTask!.IsCompleted);
        await desk.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_state_names_the_image_that_runs_where_there_is_one()
    {
        await using var world = await StationWorld.StartAsync();
        var vitals = new Vitals(world.Options, world.Station, world.StationClock) { ImageVersion = "1.2.0" };
        Assert.Equal("1.2.0", vitals.Status(online: true).System);
        Assert.Null(world.Vitals.Status(online: true).System);
        var file = Path.Combine(_folder, "image-version");
        Assert.Null(MachineImage.Version(file));
        await File.WriteAllTextAsync(file, "1.2.0\n", TestContext.Current.CancellationToken);
        Assert.Equal("1.2.0", MachineImage.Version(file));
    }

    [Fact]
    public async Task The_verb_ends_with_0_when_all_is_dealt_with_1_when_it_was_given_up_and_2_for_a_wrong_call()
    {
        var config = Path.Combine(_folder, "station.json");
        await File.WriteAllTextAsync(
            config, """{"station":{"id":"pkm-uji"},"uplinks":[{"broker":"mqtt://127.0.0.1"}]}""", TestContext.Current.CancellationToken);
        Assert.Equal(0, await FetchUpdateVerb.RunAsync(config, _folder, "1.1.0", TestContext.Current.CancellationToken));
        Assert.Equal(2, await FetchUpdateVerb.RunAsync(config, Path.Combine(_folder, "nowhere"), "1.1.0", TestContext.Current.CancellationToken));
        Assert.Equal(2, await CommandLine.RunAsync(["fetch-update", "--config", config]));
        await File.WriteAllTextAsync(Path.Combine(_folder, UpdateFolder.OfferFile), "{}", TestContext.Current.CancellationToken);
        Assert.Equal(1, await FetchUpdateVerb.RunAsync(config, _folder, "1.1.0", TestContext.Current.CancellationToken));
        Assert.Equal(0, await FetchUpdateVerb.RunAsync(config, _folder, "1.1.0", TestContext.Current.CancellationToken));
    }
}
