using Call112.Gateway.Commissioning;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Tests.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Commissioning;

/// <summary>acceptance.json as the service finds it, and what it says of itself then.</summary>
public sealed class AcceptanceFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-acceptance-");

    private string FilePath => Path.Combine(_folder.FullName, AcceptanceFile.Name);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_record_of_this_station_on_this_board_puts_the_box_in_service()
    {
        var envelope = Records.Sealed(Records.Accepted());
        AcceptanceFile.Write(FilePath, envelope);
        var standing = Read();
        Assert.Equal((ServiceState.InService, null), (standing.Service, standing.Problem));
        Assert.Equal(envelope, standing.Envelope);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void Without_a_record_of_this_box_there_is_nothing_to_tell()
    {
        Assert.Equal("nobody has accepted this box yet", Nothing());
        AcceptanceFile.Write(FilePath, Records.Sealed(Records.Accepted("pkm-upai")));
        Assert.Equal("it is of the station pkm-upai", Nothing());
        // F20: the card moved into another box.
        AcceptanceFile.Write(FilePath, Records.Sealed(Records.Accepted(serial: "10000000ffffffff")));
        Assert.Contains("10000000ffffffff", Nothing(), StringComparison.Ordinal);
        AcceptanceFile.Write(FilePath, Records.Sealed(Records.Accepted(serial: null)));
        Assert.Contains("board", Nothing(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_torn_foreign_or_too_large_is_no_record()
    {
        // F2.
        var envelope = Records.Sealed(Records.Accepted());
        foreach (var length in new[] { 0, 1, envelope.Length / 2, envelope.Length - 1 })
        {
            File.WriteAllBytes(FilePath, envelope[..length]);
            Assert.NotEmpty(Nothing());
        }

        File.WriteAllText(FilePath, $$"""{"record":"{{new string('A', MessageReader.MaxBytes)}}"}""");
        Assert.Contains("larger", Nothing(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_was_changed_under_its_seal_is_no_record()
    {
        using var files = new PemFiles();
        using var own = new Credentials(files.Uplink(8883)).ToTry()[0].Own!;
        var envelope = AcceptanceSeal.Seal(Records.Failed(), own);
        AcceptanceFile.Write(FilePath, MessageWriter.Write(envelope));
        Assert.Equal("the newest acceptance failed", Read().Problem);
        var forged = AcceptanceSeal.Seal(Records.Accepted(), null).Record;
        AcceptanceFile.Write(FilePath, MessageWriter.Write(envelope with { Record = forged }));
        Assert.Contains("signature", Nothing(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_acceptance_is_told_and_leaves_the_box_in_commissioning()
    {
        AcceptanceFile.Write(FilePath, Records.Sealed(Records.Failed()));
        var standing = Read();
        Assert.Equal(ServiceState.Commissioning, standing.Service);
        Assert.NotNull(standing.Envelope);
    }

    [Fact]
    public async Task A_box_that_nobody_has_accepted_sounds_like_any_other_and_says_what_it_is()
    {
        await using var world = await StationWorld.StartAsync();
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, 1, "the siren");
        Assert.Equal(ServiceState.Commissioning, world.StatusSent[0].Service);
        Assert.Empty(world.Sent(Topics.Acceptance(StationWorld.Id)));
    }

    [Fact]
    public async Task A_record_that_comes_is_told_at_once_and_again_at_each_birth()
    {
        await using var world = await StationWorld.StartAsync();
        File.WriteAllText(world.BoardSerialFile, Records.Serial);
        // The serial is read once: a board does not change under a service that runs.
        var envelope = Records.Sealed(Records.Accepted(serial: null));
        AcceptanceFile.Write(Path.Combine(world.Folder, AcceptanceFile.Name), envelope);
        world.Acceptance.Look();
        await world.RunUntilAsync(() => world.Broker.RetainedOn(Topics.Acceptance(StationWorld.Id)) is not null, 1, "the record is told");
        Assert.Equal(envelope, world.Broker.RetainedOn(Topics.Acceptance(StationWorld.Id)));
        Assert.Equal([ServiceState.Commissioning, ServiceState.InService], world.StatusSent.Select(status => status.Service!.Value).Distinct());
        await world.RunAsync(10, 0.1);
        Assert.True(Assert.Single(world.Sent(Topics.Acceptance(StationWorld.Id))).Retain);

        world.Broker.Kick(StationWorld.ClientId);
        await world.RunUntilAsync(() => world.Sent(Topics.Acceptance(StationWorld.Id)).Count == 2, 60, "the record is told at the next birth", 0.1);
    }

    [Fact]
    public async Task A_broker_that_does_not_know_the_topic_costs_nothing_else()
    {
        var logs = new RecordingLogs();
        await using var world = StationWorld.Create(new StationWorld.Setup(Logs: logs));
        world.Broker.RefusesTopic = Topics.Acceptance(StationWorld.Id);
        AcceptanceFile.Write(Path.Combine(world.Folder, AcceptanceFile.Name), Records.Sealed(Records.Accepted(serial: null)));
        world.Acceptance.Look();
        await world.StartAsync();
        await world.RunAsync(30, 0.1);
        Assert.Single(world.Broker.Attempts);
        Assert.Equal(ServiceState.InService, world.StatusSent[^1].Service);
        Assert.Equal(1, logs.Count(LogEvents.AcceptanceRefused));
    }

    [Fact]
    public async Task The_service_that_is_put_together_looks_at_the_file_beside_its_journal_and_its_panel_says_so()
    {
        AcceptanceFile.Write(FilePath, Records.Sealed(Records.Accepted(serial: BoardSerial.Read(BoardSerial.UsualFile))));
        var options = new GatewayOptions
        {
            Station = new StationOptions { Id = StationWorld.Id },
            Uplink = new UplinkOptions { Host = "127.0.0.1", Port = 1 },
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Panel = new PanelListen("127.0.0.1", 0),
            TrustClock = true,
        };
        await using var host = GatewayHost.Create(options, TimeProvider.System);
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri((await host.Panel!.Settled)!), Timeout = Wait.Deadline };
        var picture = await StationPicture.OfAsync(http, TestContext.Current.CancellationToken);
        Assert.Equal((StationWorld.Id, ServiceState.InService), (picture!.Station.Id, picture.Service));
    }

    private Standing Read()
    {
        var serial = Path.Combine(_folder.FullName, "serial");
        File.WriteAllText(serial, Records.Serial + "\0");
        return AcceptanceFile.Read(FilePath, StationWorld.Id, BoardSerial.Read(serial));
    }

    private string Nothing()
    {
        var standing = Read();
        Assert.Equal((ServiceState.Commissioning, null), (standing.Service, standing.Envelope));
        return standing.Problem!;
    }
}
