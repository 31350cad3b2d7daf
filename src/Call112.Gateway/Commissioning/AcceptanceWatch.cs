using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;
using Call112.Messages;

namespace Call112.Gateway.Commissioning;

/// <summary>
/// Knows whether the box has been accepted: looks at acceptance.json at its making and then every few seconds, by size and time, and reads it when it
/// has changed. A look, and no way in from outside: who can write the file may say that the box is accepted, and nobody else.
/// Invariant: it has no say in what the station does; an alert sounds whatever it finds. Thread-safe.
/// </summary>
public sealed class AcceptanceWatch : BackgroundService
{
    /// <summary>How often the file is looked at. Nothing is written or read while it has not changed.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly string _stationId;
    private readonly string? _boardSerial;
    private readonly TimeProvider _time;
    private readonly ILogger<AcceptanceWatch> _log;
    private string? _stamp;
    private volatile Standing _present;

    /// <param name="boardSerialFile">Where the board tells its serial.</param>
    public AcceptanceWatch(GatewayOptions options, TimeProvider time, ILogger<AcceptanceWatch> log, string boardSerialFile = BoardSerial.UsualFile)
    {
        (_path, _stationId, _time, _log) = (AcceptanceFile.PathBeside(options.JournalPath), options.Station.Id, time, log);
        _boardSerial = BoardSerial.Read(boardSerialFile);
        _stamp = Stamp();
        _present = AcceptanceFile.Read(_path, _stationId, _boardSerial);
        Tell(_present);
    }

    /// <summary>What the file said at the last look.</summary>
    public Standing Present => _present;

    /// <summary>Raised when it says something else; must return at once.</summary>
    public event Action? Changed;

    /// <summary>Looks at the file now.</summary>
    internal void Look()
    {
        var stamp = Stamp();
        var present = _present;
        if (stamp == _stamp && !present.IsUnread)
            return;
        var found = AcceptanceFile.Read(_path, _stationId, _boardSerial);
        (_stamp, _present) = (stamp, found);
        // A disk that goes on refusing is not told every few seconds.
        if (found.IsUnread && present.IsUnread && found.Problem == present.Problem)
            return;
        Tell(found);
        Changed?.Invoke();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookEvery, _time, stoppingToken);
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private string? Stamp()
    {
        try
        {
            var file = new FileInfo(_path);
            return file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : null;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return e.Message;
        }
    }

    private void Tell(Standing found)
    {
        if (found.Service == ServiceState.InService)
            _log.LogInformation(LogEvents.AcceptanceRead, "{Id} is in service: {Path}", _stationId, _path);
        else
            _log.LogWarning(
                LogEvents.AcceptanceProblem,
                "{Id} is being commissioned ({Path}: {Problem}); it sounds all the same",
                _stationId,
                _path,
                found.Problem);
    }
}
