using System.Net;
using System.Net.Sockets;

namespace ServerlessRosa.Dev;

internal static class LoopbackPort
{
    public static int TakeFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <exception cref="StartException">The port is in use, or not allowed for this user.</exception>
    public static void EnsureFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new StartException($"Port {port} is taken ({e.Message}): stop what listens there, or choose another with --port.", e);
        }
    }
}
