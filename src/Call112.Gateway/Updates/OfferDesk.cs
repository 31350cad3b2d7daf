using System.Threading.Channels;
using Call112.Gateway.Messaging;
using Call112.Gateway.Provisioning;
using Call112.Messages;

namespace Call112.Gateway.Updates;

/// <summary>
/// The service's part in an update over the line: puts the centre's offer into the folder, where <c>fetch-update</c> finds it, and tells in the state
/// what becomes of it. It fetches nothing and installs nothing.
/// Invariants: the station's loop never waits for it; no disk that fails ends the service.
/// </summary>
internal sealed class OfferDesk : BackgroundService
{
    /// <summary>How often it is looked what became of an offer.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>Offers that wait for the disk; of more the newest count.</summary>
    private const int WaitingMax = 8;

    private readonly Channel<StationCommand> _offers = Channel.CreateBounded<StationCommand>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly UpdateFolder? _folder;
    private readonly Vitals _vitals;
    private readonly TimeProvider _time;
    private readonly ILogger<OfferDesk> _log;
    private string? _said;

    /// <param name="path">The folder of updates; null: this box takes none.</param>
    public OfferDesk(string? path, StationLoop station, Vitals vitals, TimeProvider time, ILogger<OfferDesk> log)
    {
        (_vitals, _time, _log) = (vitals, time, log);
        _folder = path is null ? null : new UpdateFolder(path, new DurableFiles());
        station.CommandGiven += command =>
        {
            if (command is { Command: CommandKind.Update, Update: not null })
                _offers.Writer.TryWrite(command);
        };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whoever starts the services must not wait for this one's disk.
        await Task.Yield();
        try
        {
            while (true)
            {
                Look();
                await WaitAsync(stoppingToken);
                while (_offers.Reader.TryRead(out var offer))
                    Take(offer);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>Until an offer comes, and where there is a folder no longer than until the next look.</summary>
    private async Task WaitAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(_folder is null ? Timeout.InfiniteTimeSpan : LookEvery, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            await _offers.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Time to look.
        }
    }

    private void Take(StationCommand command)
    {
        var offer = command.Update!;
        if (_folder is null)
        {
            _log.LogWarning(LogEvents.UpdateNotTaken, "{Version} was offered, and this box takes no updates over the line", offer.Version);
            _vitals.Update = "this box takes no updates over the line";
            return;
        }

        try
        {
            _folder.Put(command);
            _log.LogInformation(LogEvents.UpdateOffered, "{Version} is offered at {Url}, {Bytes} bytes", offer.Version, offer.Url, offer.Bytes);
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            _log.LogError(LogEvents.UpdateNotTaken, "{Version} was offered, and the offer cannot be stored: {Reason}", offer.Version, e.Message);
            _vitals.Update = $"{offer.Version}: the offer cannot be stored";
        }
    }

    /// <summary>What is new there is told; what the desk itself has said stands until then.</summary>
    private void Look()
    {
        try
        {
            if (_folder?.Said() is { } said && said != _said)
                _vitals.Update = _said = said;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            // A disk that fails is the journal's to tell; the last word stands.
        }
    }
}
