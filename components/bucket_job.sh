# Makes buckets in a MinIO, and a user that may use them and nothing else. It can run as often as one likes. What the
# image has besides its shell and mc is little, so it uses nothing else.
set -eu

# mc asks for what isn't on its command line, where every process could read it.
answers() { printf '%s\n' "$@"; }

attempt=0
until answers "$STORE_ROOT_USER" "$STORE_ROOT_PASSWORD" | mc --quiet alias set store "http://$STORE"; do
    attempt=$((attempt + 1))
    [ "$attempt" -lt 30 ] || exit 1
    sleep 2
done

for bucket in $BUCKETS; do
    mc --quiet mb --ignore-existing "store/$bucket"
done

mc --quiet admin policy create store application "$POLICY_FILE"
answers "$STORE_USER" "$STORE_PASSWORD" | mc --quiet admin user add store
# Attaching what is attached is an error.
case $(mc admin policy entities store --user "$STORE_USER") in
    *application*) echo "The policy is attached." ;;
    *) mc --quiet admin policy attach store application --user "$STORE_USER" ;;
esac

# Removing who isn't there is an error, and so must a list be that doesn't come.
users=$(mc --json admin user list store)
for user in ${FORMER_USERS:-}; do
    case $users in
        *'"'"$user"'"'*) mc --quiet admin user remove store "$user" ;;
    esac
done
