namespace Call112.Simulation.Disk;

/// <summary>Result codes of SQLite that a disk gives (https://www.sqlite.org/rescode.html).</summary>
internal static class SqliteCode
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int NotFound = 12;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int ReadOnlyCannotInit = 8 | (5 << 8);
    public const int IoErrorRead = 10 | (1 << 8);
    public const int IoErrorShortRead = 10 | (2 << 8);
    public const int IoErrorWrite = 10 | (3 << 8);
    public const int IoErrorSync = 10 | (4 << 8);
    public const int IoErrorTruncate = 10 | (6 << 8);
    public const int IoErrorStat = 10 | (7 << 8);
    public const int IoErrorDelete = 10 | (10 << 8);
    public const int IoErrorAccess = 10 | (13 << 8);
    public const int IoErrorCheckReserved = 10 | (14 << 8);
    public const int IoErrorLock = 10 | (15 << 8);
    public const int IoErrorShmOpen = 10 | (18 << 8);
    public const int IoErrorShmLock = 10 | (20 << 8);
    public const int IoErrorDeleteNoEntry = 10 | (23 << 8);
}
